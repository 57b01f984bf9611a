//! The little JSON that frames need. What is read was written by the verifier.

use std::collections::HashMap;

#[derive(Debug, Clone)]
pub enum Json {
    Null,
    Bool(bool),
    Number(String),
    Text(String),
    Array(Vec<Json>),
    Object(HashMap<String, Json>),
}

pub struct Parser<'a> {
    text: &'a [u8],
    at: usize,
}

impl<'a> Parser<'a> {
    pub fn new(text: &'a [u8]) -> Self {
        Parser { text, at: 0 }
    }

    fn space(&mut self) {
        while self.at < self.text.len() && matches!(self.text[self.at], b' ' | b'\n') {
            self.at += 1;
        }
    }

    fn skip(&mut self, count: usize, value: Json) -> Json {
        self.at += count;
        value
    }

    pub fn value(&mut self) -> Json {
        self.space();
        match self.text[self.at] {
            b'n' => self.skip(4, Json::Null),
            b't' => self.skip(4, Json::Bool(true)),
            b'f' => self.skip(5, Json::Bool(false)),
            b'"' => Json::Text(self.string()),
            b'[' => self.array(),
            b'{' => self.object(),
            _ => self.number(),
        }
    }

    fn number(&mut self) -> Json {
        let start = self.at;
        while self.at < self.text.len() && !matches!(self.text[self.at], b',' | b']' | b'}' | b' ')
        {
            self.at += 1;
        }
        Json::Number(String::from_utf8_lossy(&self.text[start..self.at]).into_owned())
    }

    fn array(&mut self) -> Json {
        let mut found = Vec::new();
        self.at += 1;
        self.space();
        while self.text[self.at] != b']' {
            if self.text[self.at] == b',' {
                self.at += 1;
            }
            found.push(self.value());
            self.space();
        }
        self.skip(1, Json::Array(found))
    }

    fn object(&mut self) -> Json {
        let mut found = HashMap::new();
        self.at += 1;
        self.space();
        while self.text[self.at] != b'}' {
            if self.text[self.at] == b',' {
                self.at += 1;
                self.space();
            }
            let key = self.string();
            self.space();
            self.at += 1;
            let value = self.value();
            found.insert(key, value);
            self.space();
        }
        self.skip(1, Json::Object(found))
    }

    fn string(&mut self) -> String {
        let mut out: Vec<u8> = Vec::new();
        self.at += 1;
        while self.text[self.at] != b'"' {
            if self.text[self.at] == b'\\' {
                let letter = self.escape();
                let mut buffer = [0; 4];
                out.extend_from_slice(letter.encode_utf8(&mut buffer).as_bytes());
            } else {
                out.push(self.text[self.at]);
                self.at += 1;
            }
        }
        self.at += 1;
        String::from_utf8_lossy(&out).into_owned()
    }

    fn escape(&mut self) -> char {
        let letter = self.text[self.at + 1];
        self.at += 2;
        match letter {
            b'n' => '\n',
            b't' => '\t',
            b'r' => '\r',
            b'b' => '\u{8}',
            b'f' => '\u{c}',
            b'u' => self.unicode(),
            other => other as char,
        }
    }

    fn unicode(&mut self) -> char {
        let mut code = self.unit();
        if (0xD800..0xDC00).contains(&code) {
            self.at += 2;
            code = 0x10000 + ((code - 0xD800) << 10) + (self.unit().wrapping_sub(0xDC00) & 0x3FF);
        }
        char::from_u32(code).unwrap_or('\u{FFFD}')
    }

    fn unit(&mut self) -> u32 {
        let digits = std::str::from_utf8(&self.text[self.at..self.at + 4]).unwrap_or("fffd");
        self.at += 4;
        u32::from_str_radix(digits, 16).unwrap_or(0xFFFD)
    }
}

/// Appends a JSON string.
pub fn quote(out: &mut String, text: &str) {
    out.push('"');
    for letter in text.chars() {
        match letter {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            control if (control as u32) < 0x20 || control as u32 == 0x7F => {
                out.push_str(&format!("\\u{:04x}", control as u32));
            }
            other => out.push(other),
        }
    }
    out.push('"');
}
