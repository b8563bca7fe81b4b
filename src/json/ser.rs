//! Anything serializable becomes a [`Json`] tree; field names stay borrowed.

use std::cell::RefCell;

use serde::ser::{self, Serialize, Serializer};

use super::{Error, Json, Number, Object, Text};

/// Turns a value into its JSON tree.
///
/// # Errors
///
/// When the value's `Serialize` fails, a map's key is not a text, or a number is not finite.
pub fn to_json<T: Serialize + ?Sized>(value: &T) -> Result<Json, Error> {
    value.serialize(TreeSerializer)
}

/// The name under which a [`Json`] presents itself to serializers; only the one below knows it.
pub(super) const TREE: &str = "sageform::json::Json";

/// A list or an object on its way through a serializer.
pub(super) struct Tree<'a>(pub(super) &'a Json);

thread_local! {
    /// Set by the serializer below for the very next [`Tree`], which leaves a copy of itself here:
    /// serde offers no other way to pass a value through whole. Copying a tree keeps the texts that
    /// it has borrowed; serializing it would allocate every key.
    static HANDOVER: RefCell<Handover> = const { RefCell::new(Handover::Idle) };
}

enum Handover {
    Idle,
    Wanted,
    Done(Json),
}

impl Serialize for Tree<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let wanted = HANDOVER.with_borrow_mut(|handover| {
            let wanted = matches!(handover, Handover::Wanted);
            if wanted {
                *handover = Handover::Done(self.0.clone());
            }
            wanted
        });
        match self.0 {
            _ if wanted => serializer.serialize_unit(),
            Json::Array(items) => items.serialize(serializer),
            Json::Object(object) => object.serialize(serializer),
            other => other.serialize(serializer),
        }
    }
}

impl ser::Error for Error {
    fn custom<T: std::fmt::Display>(message: T) -> Self {
        Self {
            message: message.to_string(),
        }
    }
}

struct TreeSerializer;

impl Serializer for TreeSerializer {
    type Ok = Json;
    type Error = Error;
    type SerializeSeq = SeqSerializer;
    type SerializeTuple = SeqSerializer;
    type SerializeTupleStruct = SeqSerializer;
    type SerializeTupleVariant = VariantSerializer<SeqSerializer>;
    type SerializeMap = MapSerializer;
    type SerializeStruct = MapSerializer;
    type SerializeStructVariant = VariantSerializer<MapSerializer>;

    fn serialize_bool(self, value: bool) -> Result<Json, Error> {
        Ok(Json::Bool(value))
    }

    fn serialize_i8(self, value: i8) -> Result<Json, Error> {
        Ok(Json::Number(value.into()))
    }

    fn serialize_i16(self, value: i16) -> Result<Json, Error> {
        Ok(Json::Number(value.into()))
    }

    fn serialize_i32(self, value: i32) -> Result<Json, Error> {
        Ok(Json::Number(value.into()))
    }

    fn serialize_i64(self, value: i64) -> Result<Json, Error> {
        Ok(Json::Number(value.into()))
    }

    fn serialize_u8(self, value: u8) -> Result<Json, Error> {
        Ok(Json::Number(value.into()))
    }

    fn serialize_u16(self, value: u16) -> Result<Json, Error> {
        Ok(Json::Number(value.into()))
    }

    fn serialize_u32(self, value: u32) -> Result<Json, Error> {
        Ok(Json::Number(value.into()))
    }

    fn serialize_u64(self, value: u64) -> Result<Json, Error> {
        Ok(Json::Number(value.into()))
    }

    fn serialize_f32(self, value: f32) -> Result<Json, Error> {
        self.serialize_f64(value.into())
    }

    fn serialize_f64(self, value: f64) -> Result<Json, Error> {
        // JSON has one kind of number: `1`, which a person wrote, must not come back as `1.0`.
        if value.fract() == 0.0 && value.abs() < 9_007_199_254_740_992.0 {
            #[allow(clippy::cast_possible_truncation, reason = "whole and below 2^53")]
            return Ok(Json::Number((value as i64).into()));
        }
        Number::from_f64(value).map(Json::Number).ok_or_else(|| {
            ser::Error::custom(format_args!("expected a finite number, got `{value}`"))
        })
    }

    fn serialize_char(self, value: char) -> Result<Json, Error> {
        Ok(Json::String(Text::Owned(value.to_string())))
    }

    fn serialize_str(self, value: &str) -> Result<Json, Error> {
        Ok(Json::String(Text::Owned(value.to_owned())))
    }

    fn serialize_bytes(self, value: &[u8]) -> Result<Json, Error> {
        Ok(Json::Array(
            value
                .iter()
                .map(|byte| Json::Number((*byte).into()))
                .collect(),
        ))
    }

    fn serialize_none(self) -> Result<Json, Error> {
        Ok(Json::Null)
    }

    fn serialize_some<T: Serialize + ?Sized>(self, value: &T) -> Result<Json, Error> {
        value.serialize(self)
    }

    fn serialize_unit(self) -> Result<Json, Error> {
        Ok(Json::Null)
    }

    fn serialize_unit_struct(self, _name: &'static str) -> Result<Json, Error> {
        Ok(Json::Null)
    }

    fn serialize_unit_variant(
        self,
        _name: &'static str,
        _index: u32,
        variant: &'static str,
    ) -> Result<Json, Error> {
        Ok(Json::String(Text::Borrowed(variant)))
    }

    fn serialize_newtype_struct<T: Serialize + ?Sized>(
        self,
        name: &'static str,
        value: &T,
    ) -> Result<Json, Error> {
        if name != TREE {
            return value.serialize(self);
        }
        HANDOVER.set(Handover::Wanted);
        let unit = value.serialize(self)?;
        Ok(match HANDOVER.replace(Handover::Idle) {
            Handover::Done(json) => json,
            // Somebody else's type of the same name.
            Handover::Idle | Handover::Wanted => unit,
        })
    }

    fn serialize_newtype_variant<T: Serialize + ?Sized>(
        self,
        _name: &'static str,
        _index: u32,
        variant: &'static str,
        value: &T,
    ) -> Result<Json, Error> {
        Ok([(variant, value.serialize(self)?)].into())
    }

    fn serialize_seq(self, length: Option<usize>) -> Result<SeqSerializer, Error> {
        Ok(SeqSerializer {
            items: Vec::with_capacity(length.unwrap_or(0)),
        })
    }

    fn serialize_tuple(self, length: usize) -> Result<SeqSerializer, Error> {
        self.serialize_seq(Some(length))
    }

    fn serialize_tuple_struct(
        self,
        _name: &'static str,
        length: usize,
    ) -> Result<SeqSerializer, Error> {
        self.serialize_seq(Some(length))
    }

    fn serialize_tuple_variant(
        self,
        _name: &'static str,
        _index: u32,
        variant: &'static str,
        length: usize,
    ) -> Result<VariantSerializer<SeqSerializer>, Error> {
        Ok(VariantSerializer {
            variant,
            inner: self.serialize_seq(Some(length))?,
        })
    }

    fn serialize_map(self, length: Option<usize>) -> Result<MapSerializer, Error> {
        Ok(MapSerializer {
            object: Object::with_capacity(length.unwrap_or(0)),
            key: None,
        })
    }

    fn serialize_struct(self, _name: &'static str, length: usize) -> Result<MapSerializer, Error> {
        self.serialize_map(Some(length))
    }

    fn serialize_struct_variant(
        self,
        _name: &'static str,
        _index: u32,
        variant: &'static str,
        length: usize,
    ) -> Result<VariantSerializer<MapSerializer>, Error> {
        Ok(VariantSerializer {
            variant,
            inner: self.serialize_map(Some(length))?,
        })
    }
}

struct SeqSerializer {
    items: Vec<Json>,
}

impl ser::SerializeSeq for SeqSerializer {
    type Ok = Json;
    type Error = Error;

    fn serialize_element<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<(), Error> {
        self.items.push(to_json(value)?);
        Ok(())
    }

    fn end(self) -> Result<Json, Error> {
        Ok(Json::Array(self.items))
    }
}

impl ser::SerializeTuple for SeqSerializer {
    type Ok = Json;
    type Error = Error;

    fn serialize_element<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<(), Error> {
        ser::SerializeSeq::serialize_element(self, value)
    }

    fn end(self) -> Result<Json, Error> {
        ser::SerializeSeq::end(self)
    }
}

impl ser::SerializeTupleStruct for SeqSerializer {
    type Ok = Json;
    type Error = Error;

    fn serialize_field<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<(), Error> {
        ser::SerializeSeq::serialize_element(self, value)
    }

    fn end(self) -> Result<Json, Error> {
        ser::SerializeSeq::end(self)
    }
}

struct MapSerializer {
    object: Object,
    key: Option<Text>,
}

impl ser::SerializeMap for MapSerializer {
    type Ok = Json;
    type Error = Error;

    fn serialize_key<T: Serialize + ?Sized>(&mut self, key: &T) -> Result<(), Error> {
        match to_json(key)? {
            Json::String(text) => {
                self.key = Some(text);
                Ok(())
            }
            other => Err(ser::Error::custom(format_args!(
                "expected a text as a map's key, got {}",
                other.kind()
            ))),
        }
    }

    fn serialize_value<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<(), Error> {
        let key = self
            .key
            .take()
            .ok_or_else(|| ser::Error::custom("a map's value came before its key"))?;
        // A Rust map has each key once, so that none is looked for here.
        self.object.push(key, to_json(value)?);
        Ok(())
    }

    fn end(self) -> Result<Json, Error> {
        Ok(Json::Object(self.object))
    }
}

impl ser::SerializeStruct for MapSerializer {
    type Ok = Json;
    type Error = Error;

    fn serialize_field<T: Serialize + ?Sized>(
        &mut self,
        key: &'static str,
        value: &T,
    ) -> Result<(), Error> {
        self.object.push(Text::Borrowed(key), to_json(value)?);
        Ok(())
    }

    fn end(self) -> Result<Json, Error> {
        Ok(Json::Object(self.object))
    }
}

struct VariantSerializer<S> {
    variant: &'static str,
    inner: S,
}

impl ser::SerializeTupleVariant for VariantSerializer<SeqSerializer> {
    type Ok = Json;
    type Error = Error;

    fn serialize_field<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<(), Error> {
        ser::SerializeSeq::serialize_element(&mut self.inner, value)
    }

    fn end(self) -> Result<Json, Error> {
        Ok([(self.variant, ser::SerializeSeq::end(self.inner)?)].into())
    }
}

impl ser::SerializeStructVariant for VariantSerializer<MapSerializer> {
    type Ok = Json;
    type Error = Error;

    fn serialize_field<T: Serialize + ?Sized>(
        &mut self,
        key: &'static str,
        value: &T,
    ) -> Result<(), Error> {
        ser::SerializeStruct::serialize_field(&mut self.inner, key, value)
    }

    fn end(self) -> Result<Json, Error> {
        Ok([(self.variant, ser::SerializeStruct::end(self.inner)?)].into())
    }
}
