//! A statement with its values, told apart from the database that will run it, and the rows it gives. Knows no table.
//!
//! Text and values are gathered first; only when the statement runs do they become SQLite's or PostgreSQL's. Every value
//! carries its type, absent ones too, so that PostgreSQL never has to guess what a `null` among rows of values was meant
//! to be.

use std::fmt::Write as _;

use futures_util::TryStreamExt as _;
use sqlx::postgres::{PgArguments, PgRow};
use sqlx::query::Query;
use sqlx::sqlite::{SqliteArguments, SqliteRow};
use sqlx::{Arguments, AssertSqlSafe, Decode, Either, Encode, Executor as _, Postgres, Row as _, Sqlite, Type};

use super::{Source, Transaction};

/// One statement.
#[derive(Clone, Debug)]
pub(in crate::store) struct Statement {
    text: String,
    values: Vec<Value>,
}

/// A value as both databases take it.
#[derive(Clone, Debug)]
pub(in crate::store) enum Value {
    /// `bigint`
    Integer(Option<i64>),
    /// `double precision`
    Real(Option<f64>),
    /// `boolean`
    Boolean(Option<bool>),
    /// `text`
    Text(Option<String>),
    /// `blob`, `bytea`
    Bytes(Option<Vec<u8>>),
}

/// One row of a result.
pub(in crate::store) enum Row {
    /// From the file.
    Sqlite(SqliteRow),
    /// From the server.
    Postgres(PgRow),
}

/// What a column can be read as.
pub(in crate::store) trait Column:
    for<'r> Decode<'r, Sqlite> + Type<Sqlite> + for<'r> Decode<'r, Postgres> + Type<Postgres>
{
}

impl<T> Column for T where T: for<'r> Decode<'r, Sqlite> + Type<Sqlite> + for<'r> Decode<'r, Postgres> + Type<Postgres> {}

/// No statement.
pub(in crate::store) fn nothing() -> Statement {
    sql("")
}

/// A statement of this text; its values follow with [`Statement::bind`], in the order of their numbers.
pub(in crate::store) fn sql(text: &'static str) -> Statement {
    Statement { text: text.to_owned(), values: Vec::new() }
}

impl Statement {
    /// The value of the next number.
    pub(in crate::store) fn bind(mut self, value: impl Into<Value>) -> Self {
        self.values.push(value.into());
        self
    }

    /// More text.
    pub(in crate::store) fn push(mut self, text: &'static str) -> Self {
        self.text.push_str(text);
        self
    }

    /// `values ($1, $2), ($3, $4)`: one tuple a row.
    pub(in crate::store) fn push_rows<const N: usize>(mut self, rows: impl IntoIterator<Item = [Value; N]>) -> Self {
        self.text.push_str("values ");
        for (at, row) in rows.into_iter().enumerate() {
            self.text.push_str(if at == 0 { "(" } else { ", (" });
            self = self.push_list(row);
            self.text.push(')');
        }
        self
    }

    /// `$1, $2, $3`
    pub(in crate::store) fn push_list<T: Into<Value>>(mut self, values: impl IntoIterator<Item = T>) -> Self {
        for (at, value) in values.into_iter().enumerate() {
            self.values.push(value.into());
            let separator = if at == 0 { "" } else { ", " };
            write!(self.text, "{separator}${}", self.values.len()).expect("writing to a String cannot fail");
        }
        self
    }

    /// Whether there is nothing to run: [`together`] leaves it out.
    fn is_nothing(&self) -> bool {
        self.text.is_empty()
    }

    /// Runs it and returns how many rows it changed.
    pub(in crate::store) async fn execute(self, source: impl Into<Source<'_>>) -> Result<u64, sqlx::Error> {
        if self.is_nothing() {
            return Ok(0);
        }
        Ok(match source.into() {
            Source::Sqlite(pool) => self.sqlite()?.execute(pool).await?.rows_affected(),
            Source::Postgres(pool) => self.postgres()?.execute(pool).await?.rows_affected(),
            Source::File(writer) => self.sqlite()?.execute(writer.take().await?.connection()?).await?.rows_affected(),
            Source::Transaction(Transaction::Sqlite(transaction)) => {
                self.sqlite()?.execute(&mut **transaction).await?.rows_affected()
            }
            Source::Transaction(Transaction::File(transaction)) => {
                self.sqlite()?.execute(transaction.connection().await?).await?.rows_affected()
            }
            Source::Transaction(Transaction::Postgres(transaction)) => {
                self.postgres()?.execute(&mut **transaction).await?.rows_affected()
            }
        })
    }

    /// Runs it and returns its rows.
    pub(in crate::store) async fn all(self, source: impl Into<Source<'_>>) -> Result<Vec<Row>, sqlx::Error> {
        let (sqlite, postgres) = match source.into() {
            Source::Sqlite(pool) => (self.sqlite()?.fetch_all(pool).await?, Vec::new()),
            Source::Postgres(pool) => (Vec::new(), self.postgres()?.fetch_all(pool).await?),
            Source::File(writer) => (self.sqlite()?.fetch_all(writer.take().await?.connection()?).await?, Vec::new()),
            Source::Transaction(Transaction::Sqlite(transaction)) => {
                (self.sqlite()?.fetch_all(&mut **transaction).await?, Vec::new())
            }
            Source::Transaction(Transaction::File(transaction)) => {
                (self.sqlite()?.fetch_all(transaction.connection().await?).await?, Vec::new())
            }
            Source::Transaction(Transaction::Postgres(transaction)) => {
                (Vec::new(), self.postgres()?.fetch_all(&mut **transaction).await?)
            }
        };
        Ok(sqlite.into_iter().map(Row::Sqlite).chain(postgres.into_iter().map(Row::Postgres)).collect())
    }

    /// Runs it and returns its first row, if there is one.
    pub(in crate::store) async fn optional(self, source: impl Into<Source<'_>>) -> Result<Option<Row>, sqlx::Error> {
        Ok(self.all(source).await?.into_iter().next())
    }

    /// Runs it and returns its first row.
    ///
    /// # Errors
    /// [`sqlx::Error::RowNotFound`] when there is none.
    pub(in crate::store) async fn one(self, source: impl Into<Source<'_>>) -> Result<Row, sqlx::Error> {
        self.optional(source).await?.ok_or(sqlx::Error::RowNotFound)
    }

    /// The first column of every row.
    pub(in crate::store) async fn column<T: Column>(
        self,
        source: impl Into<Source<'_>>,
    ) -> Result<Vec<T>, sqlx::Error> {
        self.all(source).await?.iter().map(|row| row.read(0)).collect()
    }

    fn sqlite(self) -> Result<Query<'static, Sqlite, SqliteArguments>, sqlx::Error> {
        let arguments = arguments::<SqliteArguments>(self.values)?;
        Ok(sqlx::query_with(AssertSqlSafe(without_names(self.text)), arguments))
    }

    fn postgres(self) -> Result<Query<'static, Postgres, PgArguments>, sqlx::Error> {
        let arguments = arguments::<PgArguments>(self.values)?;
        Ok(sqlx::query_with(AssertSqlSafe(self.text), arguments))
    }
}

/// Runs statements one after the other and returns the rows of each. To a file they go all at once: its connection has a
/// thread of its own, and going there and back takes longer than most of them.
pub(in crate::store) async fn together<const N: usize>(
    transaction: &mut Transaction,
    statements: [Statement; N],
) -> Result<[Vec<Row>; N], sqlx::Error> {
    let mut rows = std::array::from_fn(|_| Vec::new());
    let Transaction::File(file) = transaction else {
        for (rows, statement) in rows.iter_mut().zip(statements) {
            if !statement.is_nothing() {
                *rows = statement.all(&mut *transaction).await?;
            }
        }
        return Ok(rows);
    };
    let statements = rows.iter_mut().zip(statements).filter(|(_, statement)| !statement.is_nothing());
    let mut statements = statements.peekable();
    if statements.peek().is_none() {
        return Ok(rows);
    }
    let (begin, connection) = file.beginning()?;
    let (mut text, mut values) = (String::new(), Vec::new());
    let mut rooms = Vec::with_capacity(N + 1);
    if let Some(begin) = begin {
        text.push_str(begin);
        text.push(';');
        rooms.push(None);
    }
    for (room, statement) in statements {
        text.push_str(&without_names(statement.text));
        text.push(';');
        values.extend(statement.values);
        rooms.push(Some(room));
    }
    // Numbers would be looked up among the values of all.
    debug_assert!(!text.contains('$'), "a parameter is used twice: {text}");
    let mut rooms = rooms.into_iter();
    let mut room = rooms.next().flatten();
    let query = sqlx::query_with(AssertSqlSafe(text), arguments::<SqliteArguments>(values)?);
    let mut stream = connection.fetch_many(query);
    while let Some(step) = stream.try_next().await? {
        match step {
            Either::Left(_done) => room = rooms.next().flatten(),
            Either::Right(row) => {
                if let Some(room) = &mut room {
                    room.push(Row::Sqlite(row));
                }
            }
        }
    }
    Ok(rows)
}

/// The text with `?` in the place of `$1`, `$2`, …, when each stands once and in order. To SQLite `$1` is a name: it looks
/// every name up among all the others, which takes longer than the statement once there are some thousand.
fn without_names(text: String) -> String {
    let mut parts = text.split('$');
    let mut unnamed = String::with_capacity(text.len());
    unnamed.push_str(parts.next().unwrap_or_default());
    for (at, part) in parts.enumerate() {
        let rest = part.trim_start_matches(|digit: char| digit.is_ascii_digit());
        let number = part.strip_suffix(rest).and_then(|digits| digits.parse().ok());
        if number != Some(at + 1) {
            return text;
        }
        unnamed.push('?');
        unnamed.push_str(rest);
    }
    unnamed
}

fn arguments<A>(values: Vec<Value>) -> Result<A, sqlx::Error>
where
    A: Arguments,
    Option<i64>: for<'t> Encode<'t, A::Database> + Type<A::Database>,
    Option<f64>: for<'t> Encode<'t, A::Database> + Type<A::Database>,
    Option<bool>: for<'t> Encode<'t, A::Database> + Type<A::Database>,
    Option<String>: for<'t> Encode<'t, A::Database> + Type<A::Database>,
    Option<Vec<u8>>: for<'t> Encode<'t, A::Database> + Type<A::Database>,
{
    let mut arguments = A::default();
    for value in values {
        match value {
            Value::Integer(value) => arguments.add(value),
            Value::Real(value) => arguments.add(value),
            Value::Boolean(value) => arguments.add(value),
            Value::Text(value) => arguments.add(value),
            Value::Bytes(value) => arguments.add(value),
        }
        .map_err(sqlx::Error::Encode)?;
    }
    Ok(arguments)
}

impl Row {
    /// The column at this place, counted from 0.
    pub(in crate::store) fn read<T: Column>(&self, at: usize) -> Result<T, sqlx::Error> {
        match self {
            Self::Sqlite(row) => row.try_get(at),
            Self::Postgres(row) => row.try_get(at),
        }
    }
}

impl From<i64> for Value {
    fn from(value: i64) -> Self {
        Self::Integer(Some(value))
    }
}

impl From<Option<i64>> for Value {
    fn from(value: Option<i64>) -> Self {
        Self::Integer(value)
    }
}

impl From<Option<f64>> for Value {
    fn from(value: Option<f64>) -> Self {
        Self::Real(value)
    }
}

impl From<f64> for Value {
    fn from(value: f64) -> Self {
        Self::Real(Some(value))
    }
}

impl From<bool> for Value {
    fn from(value: bool) -> Self {
        Self::Boolean(Some(value))
    }
}

impl From<Option<bool>> for Value {
    fn from(value: Option<bool>) -> Self {
        Self::Boolean(value)
    }
}

impl From<&str> for Value {
    fn from(value: &str) -> Self {
        Self::Text(Some(value.to_owned()))
    }
}

impl From<String> for Value {
    fn from(value: String) -> Self {
        Self::Text(Some(value))
    }
}

impl From<Option<&str>> for Value {
    fn from(value: Option<&str>) -> Self {
        Self::Text(value.map(str::to_owned))
    }
}

impl From<Option<String>> for Value {
    fn from(value: Option<String>) -> Self {
        Self::Text(value)
    }
}

impl From<&[u8]> for Value {
    fn from(value: &[u8]) -> Self {
        Self::Bytes(Some(value.to_vec()))
    }
}

impl<const N: usize> From<&[u8; N]> for Value {
    fn from(value: &[u8; N]) -> Self {
        Self::Bytes(Some(value.to_vec()))
    }
}

impl<const N: usize> From<Option<&[u8; N]>> for Value {
    fn from(value: Option<&[u8; N]>) -> Self {
        Self::Bytes(value.map(|bytes| bytes.to_vec()))
    }
}

impl From<Option<Vec<u8>>> for Value {
    fn from(value: Option<Vec<u8>>) -> Self {
        Self::Bytes(value)
    }
}

impl From<Vec<u8>> for Value {
    fn from(value: Vec<u8>) -> Self {
        Self::Bytes(Some(value))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parameters_lose_their_names_where_each_stands_once_and_in_order() {
        let rows = sql("with asked (a, b) as (").push_rows([[1_i64, 2], [3, 4]].map(|row| row.map(Value::from)));
        let text = rows.push(") select 1 from t where x = $5").text;
        assert_eq!(without_names(text), "with asked (a, b) as (values (?, ?), (?, ?)) select 1 from t where x = ?");
        for kept in ["a = $1 and b = $1", "a = $2 and b = $1", "a = $x", "no parameter"] {
            assert_eq!(without_names(kept.to_owned()), kept);
        }
    }
}
