//! Tables of numbers, and files.

use crate::failure::{fail, Result};
use std::io::Error;

/// A table of numbers whose last column is the one to predict.
#[derive(Default)]
pub struct Table {
    /// The column names, the target's last.
    pub names: Vec<String>,
    /// f32[rows][features], row-major.
    pub data: Vec<f32>,
    /// f32[rows].
    pub labels: Vec<f32>,
}

impl Table {
    /// Reads a CSV file: one line of column names, then lines of finite numbers.
    pub fn read_csv(path: &str) -> Result<Table> {
        let text = match std::fs::read(path) {
            Ok(bytes) => String::from_utf8_lossy(&bytes).into_owned(),
            Err(error) => return fail_to_open(path, "open", &error),
        };
        let mut table = Table::default();
        for (number, line) in (1..).zip(text.lines()) {
            let line = line.trim();
            if number == 1 {
                table.read_header(path, line)?;
            } else if !line.is_empty() {
                table.read_row(path, number, line)?;
            }
        }

        if table.labels.is_empty() {
            return fail(format!("{}: no rows below the column names.", path));
        }

        Ok(table)
    }

    pub fn rows(&self) -> u32 {
        self.labels.len() as u32
    }

    pub fn features(&self) -> usize {
        self.names.len() - 1
    }

    pub fn target_name(&self) -> &str {
        &self.names[self.features()]
    }

    pub fn value(&self, row: u32, feature: usize) -> f32 {
        self.data[row as usize * self.features() + feature]
    }

    fn read_header(&mut self, path: &str, line: &str) -> Result<()> {
        for field in line.split(',').map(str::trim) {
            if field.is_empty() || parse(field).is_some() {
                return fail(format!("{}, line 1: \"{}\" where a column name is expected.", path, field));
            }

            self.names.push(field.to_string());
        }

        if self.names.len() < 2 {
            return fail(format!("{}, line 1: one column; a feature and the target are needed.", path));
        }

        Ok(())
    }

    fn read_row(&mut self, path: &str, number: usize, line: &str) -> Result<()> {
        let fields: Vec<&str> = line.split(',').map(str::trim).collect();
        if fields.len() != self.names.len() {
            let (values, columns) = (fields.len(), self.names.len());
            return fail(format!("{}, line {}: {} values for {} columns.", path, number, values, columns));
        }

        for (column, field) in fields.iter().enumerate() {
            let name = &self.names[column];
            match parse(field) {
                Some(value) if column == self.features() => self.labels.push(value),
                Some(value) => self.data.push(value),
                None => {
                    return fail(format!(
                        "{}, line {}, column \"{}\": \"{}\" is not a finite number.",
                        path, number, name, field
                    ));
                }
            }
        }

        Ok(())
    }
}

/// Writes a whole file.
pub fn write_file(path: &str, bytes: &[u8]) -> Result<()> {
    std::fs::write(path, bytes).or_else(|error| fail_to_open(path, "write", &error))
}

fn parse(text: &str) -> Option<f32> {
    text.parse().ok().filter(|number: &f32| number.is_finite())
}

fn fail_to_open<T>(path: &str, what: &str, error: &Error) -> Result<T> {
    let folder = match path.rsplit_once('/') {
        None => ".",
        Some(("", _)) => "/",
        Some((folder, _)) => folder,
    };
    fail(format!(
        "cannot {} {}: {}. A guest sees only the folders it is given: is --dir {} among the options of the host?",
        what, path, error, folder
    ))
}
