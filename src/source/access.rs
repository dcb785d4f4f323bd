//! serde's view of a tree: values, lists, maps, enums and keys.

use super::error::{Fault, ReadError};
use super::json::{Key, Kind, Node};
use super::reader::{Session, needs_value};
use super::stand_in::StandIn;
use serde::de::{
    self, Deserialize, DeserializeSeed, Deserializer, EnumAccess, IntoDeserializer, MapAccess, SeqAccess,
    Unexpected, VariantAccess, Visitor,
};
use serde::forward_to_deserialize_any;
use std::slice;

/// A value of the tree, ready to be read.
#[derive(Clone, Copy)]
pub(super) struct Handle<'a, 'de> {
    session: &'a Session<'de>,
    node: &'de Node,
}

impl<'a, 'de> Handle<'a, 'de> {
    pub(super) fn new(session: &'a Session<'de>, node: &'de Node) -> Self {
        Self { session, node }
    }

    fn start(&self) -> usize {
        self.node.span.start
    }

    fn any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, ReadError> {
        match &self.node.kind {
            Kind::Null => visitor.visit_unit(),
            Kind::Bool(bool) => visitor.visit_bool(*bool),
            Kind::Number(text) => number(text, visitor),
            Kind::String(text) => visitor.visit_borrowed_str(text),
            Kind::Array(items) => self.list(items, visitor, false),
            Kind::Object(entries) => {
                let mut access = Entries::new(self, entries);
                let value = visitor.visit_map(&mut access)?;
                match access.advance() {
                    None => Ok(value),
                    Some((key, _)) => {
                        Err(ReadError::new(Fault::Surplus(key.text.clone())).or_at(key.span.start))
                    }
                }
            }
        }
    }

    /// `fixed`: each element has a meaning of its own, so that none may be left out.
    fn list<V: Visitor<'de>>(
        self,
        items: &'de [Node],
        visitor: V,
        fixed: bool,
    ) -> Result<V::Value, ReadError> {
        let mut access = Items { session: self.session, rest: items.iter(), fixed };
        let value = visitor.visit_seq(&mut access)?;
        let read = items.len() - access.rest.len();
        if access.rest.all(|item| self.session.skips_value(item)) {
            Ok(value)
        } else {
            let message = format!("expected a list of {read} elements, found {}", items.len());
            Err(ReadError::new(Fault::Value(message)))
        }
    }

    fn variant<V: Visitor<'de>>(
        self,
        variants: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, ReadError> {
        let entries = match &self.node.kind {
            Kind::String(text) => {
                let name = Name { text, at: self.start() };
                return visitor.visit_enum(Variant { name, value: None });
            }
            Kind::Object(entries) => entries,
            _ => return self.any(visitor),
        };
        let mut access = Entries::new(self, entries);
        let mut present = Vec::new();
        while let Some(entry) = access.advance() {
            present.push(entry);
        }
        if let [(key, value)] = present.as_slice() {
            let name = Name { text: &key.text, at: key.span.start };
            let value = Some(Self::new(self.session, value));
            return visitor.visit_enum(Variant { name, value });
        }
        let known = present.iter().filter(|(key, _)| variants.contains(&key.text.as_str())).count();
        let unknown = present.iter().find(|(key, _)| !variants.contains(&key.text.as_str()));
        if let (1, Some((key, _))) = (known, unknown) {
            let fault = Fault::UnknownKey { name: key.text.clone(), expected: variants };
            return Err(ReadError::new(fault).or_at(key.span.start));
        }
        if present.is_empty() && !entries.is_empty() {
            return Err(ReadError::new(Fault::Consequence));
        }
        let names: Vec<_> = variants.iter().map(|name| format!("`{name}`")).collect();
        let message =
            format!("expected an object with one key of {}, found {} keys", names.join(", "), present.len());
        Err(ReadError::new(Fault::Type(message)))
    }
}

fn number<'de, V: Visitor<'de>>(text: &str, visitor: V) -> Result<V::Value, ReadError> {
    if let Ok(number) = text.parse::<u64>() {
        return visitor.visit_u64(number);
    }
    if let Ok(number) = text.parse::<i64>() {
        return visitor.visit_i64(number);
    }
    match text.parse::<f64>() {
        Ok(number) if number.is_finite() => visitor.visit_f64(number),
        _ => Err(ReadError::new(Fault::Value("the number is too large".to_owned()))),
    }
}

impl<'de> Deserializer<'de> for Handle<'_, 'de> {
    type Error = ReadError;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, ReadError> {
        self.session.enter()?;
        self.any(visitor).map_err(|error| error.or_at(self.start()))
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, ReadError> {
        let result = match self.node.kind {
            Kind::Null => visitor.visit_none(),
            _ => visitor.visit_some(self),
        };
        result.map_err(|error| error.or_at(self.start()))
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(
        self,
        _name: &'static str,
        visitor: V,
    ) -> Result<V::Value, ReadError> {
        visitor.visit_newtype_struct(self).map_err(|error| error.or_at(self.start()))
    }

    fn deserialize_tuple<V: Visitor<'de>>(self, _len: usize, visitor: V) -> Result<V::Value, ReadError> {
        self.session.enter()?;
        let result = match &self.node.kind {
            Kind::Array(items) => self.list(items, visitor, true),
            _ => self.any(visitor),
        };
        result.map_err(|error| error.or_at(self.start()))
    }

    fn deserialize_tuple_struct<V: Visitor<'de>>(
        self,
        _name: &'static str,
        len: usize,
        visitor: V,
    ) -> Result<V::Value, ReadError> {
        self.deserialize_tuple(len, visitor)
    }

    fn deserialize_struct<V: Visitor<'de>>(
        self,
        _name: &'static str,
        _fields: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, ReadError> {
        // Derived types would take a list of their fields' values; nobody means that in a file for people.
        if let Kind::Array(_) = self.node.kind {
            let error: ReadError = de::Error::invalid_type(Unexpected::Seq, &visitor);
            return Err(error.or_at(self.start()));
        }
        self.deserialize_any(visitor)
    }

    fn deserialize_enum<V: Visitor<'de>>(
        self,
        _name: &'static str,
        variants: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, ReadError> {
        self.session.enter()?;
        self.variant(variants, visitor).map_err(|error| error.or_at(self.start()))
    }

    fn deserialize_ignored_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, ReadError> {
        visitor.visit_unit()
    }

    forward_to_deserialize_any! {
        bool i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 f32 f64 char str string bytes byte_buf unit unit_struct
        seq map identifier
    }
}

/// The elements of a list.
struct Items<'a, 'de> {
    session: &'a Session<'de>,
    rest: slice::Iter<'de, Node>,
    fixed: bool,
}

impl<'de> Items<'_, 'de> {
    fn advance(&mut self) -> Result<Option<&'de Node>, ReadError> {
        for item in self.rest.by_ref() {
            if !self.session.skips_value(item) {
                return Ok(Some(item));
            }
            if self.fixed {
                return Err(ReadError::new(Fault::Consequence));
            }
        }
        Ok(None)
    }
}

impl<'de> SeqAccess<'de> for Items<'_, 'de> {
    type Error = ReadError;

    // Visitors of lists call this one, and unlike with a seed one can try again and go on here.
    fn next_element<T: Deserialize<'de>>(&mut self) -> Result<Option<T>, ReadError> {
        while let Some(item) = self.advance()? {
            match self.session.attempt(item) {
                Ok(value) => return Ok(Some(value)),
                Err(error) if self.fixed || error.is_stop() => return Err(error),
                Err(_recorded) => {}
            }
        }
        Ok(None)
    }

    fn next_element_seed<S: DeserializeSeed<'de>>(&mut self, seed: S) -> Result<Option<S::Value>, ReadError> {
        let Some(item) = self.advance()? else { return Ok(None) };
        let read = seed.deserialize(Handle::new(self.session, item));
        read.map(Some).map_err(|error| error.or_at(item.span.start))
    }

    fn size_hint(&self) -> Option<usize> {
        Some(self.rest.len())
    }
}

/// The members of an object.
struct Entries<'a, 'de> {
    session: &'a Session<'de>,
    object: usize,
    rest: slice::Iter<'de, (Key, Node)>,
    /// Names of missing keys, still to be played (see [`StandIn`]).
    missing: Vec<&'static str>,
    value: Pending<'de>,
}

/// The value of the key that was read last.
enum Pending<'de> {
    None,
    Value(&'de Node),
    Missing,
}

impl<'a, 'de> Entries<'a, 'de> {
    fn new(object: Handle<'a, 'de>, entries: &'de [(Key, Node)]) -> Self {
        Self {
            session: object.session,
            object: object.start(),
            rest: entries.iter(),
            missing: object.session.missing(object.node),
            value: Pending::None,
        }
    }

    fn advance(&mut self) -> Option<(&'de Key, &'de Node)> {
        let (key, value) = self.rest.by_ref().find(|(key, value)| {
            !self.session.skips_key(key.span.start) && !self.session.skips_value(value)
        })?;
        Some((key, value))
    }

    fn consequence(&self) -> ReadError {
        ReadError::new(Fault::Consequence).or_at(self.object)
    }
}

impl<'de> MapAccess<'de> for Entries<'_, 'de> {
    type Error = ReadError;

    // Structs call this one: an unknown key is recorded at once and the next one looked at.
    fn next_key<K: Deserialize<'de>>(&mut self) -> Result<Option<K>, ReadError> {
        while let Some((key, value)) = self.advance() {
            let name = Name { text: &key.text, at: key.span.start };
            match K::deserialize(name) {
                Ok(known) => {
                    self.value = Pending::Value(value);
                    return Ok(Some(known));
                }
                Err(error) => self.session.record(&error.or_at(name.at))?,
            }
        }
        let Some(text) = self.missing.pop() else { return Ok(None) };
        self.value = Pending::Missing;
        K::deserialize(Name { text, at: self.object }).map(Some).map_err(|_| self.consequence())
    }

    fn next_value<T: Deserialize<'de>>(&mut self) -> Result<T, ReadError> {
        match std::mem::replace(&mut self.value, Pending::None) {
            Pending::Value(value) => self.session.attempt(value),
            Pending::Missing => T::deserialize(StandIn).map_err(|_| self.consequence()),
            Pending::None => Err(de::Error::custom("a value was asked for before its key")),
        }
    }

    // Maps call this one: an entry that fails is left out.
    fn next_entry<K: Deserialize<'de>, T: Deserialize<'de>>(&mut self) -> Result<Option<(K, T)>, ReadError> {
        while let Some(key) = self.next_key()? {
            let missing = matches!(self.value, Pending::Missing);
            match self.next_value() {
                Ok(value) => return Ok(Some((key, value))),
                Err(error) if missing || error.is_stop() => return Err(error),
                Err(_recorded) => {}
            }
        }
        Ok(None)
    }

    fn next_key_seed<S: DeserializeSeed<'de>>(&mut self, seed: S) -> Result<Option<S::Value>, ReadError> {
        let Some((key, value)) = self.advance() else { return Ok(None) };
        let name = Name { text: &key.text, at: key.span.start };
        self.value = Pending::Value(value);
        seed.deserialize(name).map(Some).map_err(|error| error.or_at(name.at))
    }

    fn next_value_seed<S: DeserializeSeed<'de>>(&mut self, seed: S) -> Result<S::Value, ReadError> {
        match std::mem::replace(&mut self.value, Pending::None) {
            Pending::Value(value) => {
                let read = seed.deserialize(Handle::new(self.session, value));
                read.map_err(|error| error.or_at(value.span.start))
            }
            Pending::Missing => seed.deserialize(StandIn).map_err(|_| self.consequence()),
            Pending::None => Err(de::Error::custom("a value was asked for before its key")),
        }
    }

    fn size_hint(&self) -> Option<usize> {
        Some(self.rest.len())
    }
}

/// A key, or the text that names an enum's variant.
#[derive(Clone, Copy)]
struct Name<'de> {
    text: &'de str,
    at: usize,
}

/// Keys of maps may be numbers or bools in quotes.
macro_rules! parsed_keys {
    ($($method:ident $visit:ident $type:ty),*) => {$(
        fn $method<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, ReadError> {
            let result = match self.text.parse::<$type>() {
                Ok(value) => visitor.$visit(value),
                Err(_) => Err(de::Error::invalid_value(Unexpected::Str(self.text), &visitor)),
            };
            result.map_err(|error: ReadError| error.or_at(self.at))
        }
    )*};
}

impl<'de> Deserializer<'de> for Name<'de> {
    type Error = ReadError;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, ReadError> {
        visitor.visit_borrowed_str(self.text).map_err(|error: ReadError| error.or_at(self.at))
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, ReadError> {
        visitor.visit_some(self)
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(
        self,
        _name: &'static str,
        visitor: V,
    ) -> Result<V::Value, ReadError> {
        visitor.visit_newtype_struct(self).map_err(|error| error.or_at(self.at))
    }

    fn deserialize_enum<V: Visitor<'de>>(
        self,
        _name: &'static str,
        _variants: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, ReadError> {
        visitor.visit_enum(self.text.into_deserializer()).map_err(|error: ReadError| error.or_at(self.at))
    }

    parsed_keys! {
        deserialize_bool visit_bool bool,
        deserialize_u8 visit_u8 u8, deserialize_u16 visit_u16 u16,
        deserialize_u32 visit_u32 u32, deserialize_u64 visit_u64 u64,
        deserialize_i8 visit_i8 i8, deserialize_i16 visit_i16 i16,
        deserialize_i32 visit_i32 i32, deserialize_i64 visit_i64 i64
    }

    forward_to_deserialize_any! {
        i128 u128 f32 f64 char str string bytes byte_buf unit unit_struct seq tuple tuple_struct map struct
        identifier ignored_any
    }
}

/// A variant of an enum: a text alone, or a key with its value.
struct Variant<'a, 'de> {
    name: Name<'de>,
    value: Option<Handle<'a, 'de>>,
}

impl<'a, 'de> EnumAccess<'de> for Variant<'a, 'de> {
    type Error = ReadError;
    type Variant = Self;

    fn variant_seed<S: DeserializeSeed<'de>>(self, seed: S) -> Result<(S::Value, Self), ReadError> {
        match seed.deserialize(self.name) {
            Ok(variant) => Ok((variant, self)),
            Err(error) => Err(error.or_at(self.name.at)),
        }
    }
}

impl<'a, 'de> Variant<'a, 'de> {
    fn value(self) -> Result<Handle<'a, 'de>, ReadError> {
        self.value.ok_or_else(|| needs_value(self.name.text))
    }
}

impl<'de> VariantAccess<'de> for Variant<'_, 'de> {
    type Error = ReadError;

    fn unit_variant(self) -> Result<(), ReadError> {
        match self.value {
            Some(value) if value.node.kind != Kind::Null => {
                let message = format!("`{}` takes no value", self.name.text);
                Err(ReadError::new(Fault::Type(message)).or_at(value.start()))
            }
            _ => Ok(()),
        }
    }

    fn newtype_variant_seed<S: DeserializeSeed<'de>>(self, seed: S) -> Result<S::Value, ReadError> {
        let value = self.value()?;
        seed.deserialize(value).map_err(|error| error.or_at(value.start()))
    }

    fn tuple_variant<V: Visitor<'de>>(self, len: usize, visitor: V) -> Result<V::Value, ReadError> {
        self.value()?.deserialize_tuple(len, visitor)
    }

    fn struct_variant<V: Visitor<'de>>(
        self,
        fields: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, ReadError> {
        self.value()?.deserialize_struct("", fields, visitor)
    }
}
