//! The length of a row, known to the compiler where it is small. Does not know what rows hold.

/// The number of states of a table.
pub(super) trait Width: Copy + Send + Sync {
    type Buffer: AsMut<[f64]>;

    fn get(self) -> usize;

    fn buffer(self) -> Self::Buffer;

    /// The row at `index` of a table whose rows have this width.
    fn row<T>(self, table: &[T], index: usize) -> &[T];

    fn row_mut<T>(self, table: &mut [T], index: usize) -> &mut [T];
}

#[derive(Clone, Copy)]
pub(super) struct Fixed<const N: usize>;

impl<const N: usize> Width for Fixed<N> {
    type Buffer = [f64; N];

    #[inline]
    fn get(self) -> usize {
        N
    }

    #[inline]
    fn buffer(self) -> [f64; N] {
        [0.0; N]
    }

    #[inline]
    #[expect(clippy::indexing_slicing, reason = "cells lie below workers × classes, the length of every table in rows")]
    fn row<T>(self, table: &[T], index: usize) -> &[T] {
        &table.as_chunks::<N>().0[index]
    }

    #[inline]
    #[expect(clippy::indexing_slicing, reason = "cells lie below workers × classes, the length of every table in rows")]
    fn row_mut<T>(self, table: &mut [T], index: usize) -> &mut [T] {
        &mut table.as_chunks_mut::<N>().0[index]
    }
}

#[derive(Clone, Copy)]
pub(super) struct Any(pub(super) usize);

impl Width for Any {
    type Buffer = Vec<f64>;

    fn get(self) -> usize {
        self.0
    }

    fn buffer(self) -> Vec<f64> {
        vec![0.0; self.0]
    }

    #[inline]
    #[expect(clippy::indexing_slicing, reason = "cells lie below workers × classes, the length of every table in rows")]
    fn row<T>(self, table: &[T], index: usize) -> &[T] {
        &table[index * self.0..(index + 1) * self.0]
    }

    #[inline]
    #[expect(clippy::indexing_slicing, reason = "cells lie below workers × classes, the length of every table in rows")]
    fn row_mut<T>(self, table: &mut [T], index: usize) -> &mut [T] {
        &mut table[index * self.0..(index + 1) * self.0]
    }
}
