//! Parquet, row by row. Does not know what the columns mean.

use std::fs;
use std::sync::Arc;

use parquet::file::reader::{FileReader as _, SerializedFileReader};
use parquet::record::Field;
use parquet::schema::types::Type;

use super::{File, MOST_COLUMNS, ReadError, Row, RowOutcome, Stop, positions};
use crate::bad_row::{BadRow, Problem};

/// Hands every row to `take`; its line is its number from 1.
pub(super) fn read<E>(
    file: File<'_>,
    step: &dyn Fn(u64, u64),
    take: &mut dyn FnMut(RowOutcome<'_>) -> Result<(), Stop<E>>,
) -> Result<(), Stop<E>> {
    let broken = |error: parquet::errors::ParquetError| ReadError::Broken {
        path: file.path.to_owned(),
        detail: error.to_string(),
    };
    let opened = fs::File::open(file.path);
    let opened = opened.map_err(|reason| ReadError::Open { path: file.path.to_owned(), reason })?;
    let reader = SerializedFileReader::new(opened).map_err(broken)?;
    let schema = reader.metadata().file_metadata().schema();
    let fields = schema.get_fields();
    let names: Vec<&str> = fields.iter().map(|field| field.name()).collect();
    let places = positions(file, &names)?;
    let chosen: Vec<Arc<Type>> = places.iter().filter_map(|place| fields.get(*place).cloned()).collect();
    let projection = Type::group_type_builder(schema.name()).with_fields(chosen).build().map_err(broken)?;
    let total = u64::try_from(reader.metadata().file_metadata().num_rows()).unwrap_or(0);
    let rows = reader.get_row_iter(Some(projection)).map_err(broken)?;
    for (line, row) in (1_u64..).zip(rows) {
        let row = row.map_err(broken)?;
        if line % 4096 == 0 {
            step(line, total);
        }
        let mut owned: [String; MOST_COLUMNS] = Default::default();
        let problem = row.get_column_iter().find_map(|(name, field)| {
            let slot = file.columns.iter().position(|column| column.name == name);
            value(name, field).map(|text| slot.and_then(|slot| owned.get_mut(slot)).map(|slot| *slot = text)).err()
        });
        if let Some(problem) = problem {
            take(Err(BadRow { file: file.path.to_owned(), line, problem }))?;
            continue;
        }
        let values: [&str; MOST_COLUMNS] = owned.each_ref().map(String::as_str);
        take(Ok(Row { line, values: values.get(..file.columns.len()).unwrap_or_default() }))?;
    }
    Ok(())
}

fn value(column: &str, field: &Field) -> Result<String, Problem> {
    match field {
        Field::Null => Err(Problem::Missing { column: column.to_owned() }),
        Field::Str(text) => Ok(text.clone()),
        Field::Bytes(bytes) => match std::str::from_utf8(bytes.data()) {
            Ok(text) => Ok(text.to_owned()),
            Err(_) => Err(Problem::NotUtf8 { column: column.to_owned() }),
        },
        Field::Group(_) | Field::ListInternal(_) | Field::MapInternal(_) => {
            Err(Problem::NotScalar { column: column.to_owned() })
        }
        other => Ok(other.to_string()),
    }
}
