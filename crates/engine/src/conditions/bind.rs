//! Values as the interpreter sees them.
//!
//! Lists, maps and scalars become the interpreter's own. A Protobuf message becomes a value of ours, since the
//! language definition of CEL gives it rules that a map has not: a field that is not set selects its default
//! (an empty message for a message, `null` for a wrapper), `has` tells whether it is set, and a name that is no
//! field is an error. The interpreter asks a value for a member both to select it and to test for it, so `has` is
//! compiled to [`HAS`], a function of ours. [`COMPARISONS`] are compiled likewise: IEEE 754 says `false` for every
//! order with NaN, where the interpreter's own operators fail.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use cel::ExecutionError;
use cel::common::traits::Indexer;
use cel::common::types::{
    CelBool, CelBytes, CelDouble, CelDuration, CelInt, CelList, CelMap, CelMapKey, CelNull, CelString,
    CelTimestamp, CelUInt, Type,
};
use cel::common::value::{CowVal, StaticVal, Val};

use super::Value;
use super::value::{Data, Key, Message};

/// A value for the interpreter. Texts are shared, the rest is copied. As deep as the value.
pub(super) fn bound(value: &Value) -> Box<dyn Val> {
    match &value.data {
        Data::Null => Box::new(CelNull),
        Data::Bool(value) => Box::new(CelBool::from(*value)),
        Data::Int(value) => Box::new(CelInt::from(*value)),
        Data::Uint(value) => Box::new(CelUInt::from(*value)),
        Data::Double(value) => Box::new(CelDouble::from(*value)),
        Data::String(text) => Box::new(CelString::from(Arc::clone(text))),
        Data::Bytes(bytes) => Box::new(CelBytes::from(Arc::clone(bytes))),
        Data::Timestamp(time) => Box::new(CelTimestamp::from(*time)),
        Data::Duration(duration) => Box::new(CelDuration::from(*duration)),
        Data::List(items) => Box::new(CelList::from(items.iter().map(bound).collect::<Vec<_>>())),
        Data::Object(members) => {
            let entries = members.iter().map(|(name, value)| (CelMapKey::from(name.clone()), bound(value)));
            Box::new(CelMap::from(entries.collect::<HashMap<_, _>>()))
        }
        Data::Keyed(entries) => {
            let entries = entries.iter().map(|(entry, value)| (key(*entry), bound(value)));
            Box::new(CelMap::from(entries.collect::<HashMap<_, _>>()))
        }
        Data::Message(message) => Box::new(BoundMessage::new(message)),
    }
}

fn key(key: Key) -> CelMapKey<'static> {
    match key {
        Key::Bool(key) => key.into(),
        Key::Int(key) => key.into(),
        Key::Uint(key) => key.into(),
    }
}

/// A Protobuf message; a clone shares it.
#[derive(Clone, Debug)]
struct BoundMessage(Arc<Bound>);

#[derive(Debug)]
struct Bound {
    of: Type,
    message: Arc<Message>,
    set: BTreeMap<String, Box<dyn Val>>,
}

impl BoundMessage {
    fn new(message: &Arc<Message>) -> Self {
        let set = message.set.iter().map(|(name, value)| (name.clone(), bound(value))).collect();
        let of = Type::new_struct(message.kind.name().to_owned());
        Self(Arc::new(Bound { of, message: Arc::clone(message), set }))
    }

    /// Whether a field is set.
    fn has(&self, field: &str) -> Result<bool, ExecutionError> {
        if self.0.set.contains_key(field) || self.0.message.kind.has_field(field) {
            return Ok(self.0.set.contains_key(field));
        }
        Err(no_such_key(field))
    }
}

impl StaticVal for BoundMessage {}

impl Val for BoundMessage {
    fn get_type(&self) -> &Type {
        &self.0.of
    }

    /// Never asked for: only overloads that are declared for a Rust type ask.
    fn cel_type() -> &'static Type {
        static MESSAGE: Type = Type::new_struct_type("message");
        &MESSAGE
    }

    /// Messages of one type with the same set fields.
    fn equals(&self, other: &dyn Val) -> bool {
        other.downcast_ref::<Self>().is_some_and(|other| {
            let (ours, theirs) = (&self.0.set, &other.0.set);
            self.0.message.kind.name() == other.0.message.kind.name()
                && ours.len() == theirs.len()
                && ours
                    .iter()
                    .all(|(name, value)| theirs.get(name).is_some_and(|theirs| value.equals(theirs.as_ref())))
        })
    }

    fn clone_as_boxed<'v>(&self) -> Box<dyn Val + 'v> {
        Box::new(self.clone())
    }

    fn as_any(&self) -> Option<&dyn std::any::Any> {
        Some(self)
    }

    fn as_indexer<'b, 'v>(&'b self) -> Option<&'b (dyn Indexer + 'v)>
    where
        Self: 'v,
    {
        Some(self)
    }
}

impl Indexer for BoundMessage {
    fn get<'b, 'v>(&'b self, index: &dyn Val) -> Result<CowVal<'b, 'v>, ExecutionError>
    where
        Self: 'v,
    {
        let Some(field) = index.downcast_ref::<CelString>() else {
            return Err(ExecutionError::UnexpectedType {
                got: index.get_type().name().to_owned(),
                want: "a field name".to_owned(),
            });
        };
        let field = field.inner();
        match self.0.set.get(field) {
            Some(value) => Ok(CowVal::Borrowed(value.as_ref())),
            None => match self.0.message.kind.find_default(field) {
                Some(default) => Ok(CowVal::Owned(bound(&Value::from(default)))),
                None => Err(no_such_key(field)),
            },
        }
    }

    fn steal<'v>(self: Box<Self>, index: &dyn Val) -> Result<Box<dyn Val + 'v>, ExecutionError>
    where
        Self: 'v,
    {
        self.get(index).map(CowVal::into_owned)
    }
}

fn no_such_key(field: &str) -> ExecutionError {
    ExecutionError::NoSuchKey(Arc::new(field.to_owned()))
}

/// What `has(operand.field)` is compiled to; no expression can spell it.
pub(super) const HAS: &str = "@has";

/// Operators that are compiled to functions of ours; no expression can spell those.
pub(super) const COMPARISONS: [(&str, &str); 4] =
    [("_<_", "@less"), ("_<=_", "@less_equals"), ("_>_", "@greater"), ("_>=_", "@greater_equals")];

/// `has`: whether a field is set, or a key is there.
#[expect(clippy::needless_pass_by_value, reason = "the interpreter's type of a function")]
pub(super) fn has<'b, 'v>(arguments: Vec<CowVal<'b, 'v>>) -> Result<CowVal<'b, 'v>, ExecutionError> {
    let [operand, field] = &arguments[..] else {
        return Err(ExecutionError::missing_argument_or_target());
    };
    let overload = || no_overload("_._", operand.as_ref(), field.as_ref());
    let found = match operand.downcast_ref::<BoundMessage>() {
        Some(message) => {
            let name = field.downcast_ref::<CelString>().ok_or_else(overload)?;
            message.has(name.inner())?
        }
        None => match operand.as_indexer().ok_or_else(overload)?.get(field.as_ref()) {
            Ok(_) => true,
            Err(ExecutionError::NoSuchKey(_)) => false,
            Err(_) => return Err(overload()),
        },
    };
    Ok(CowVal::owned(CelBool::from(found)))
}

macro_rules! comparison {
    ($name:ident, $operator:literal, $holds:pat) => {
        /// The operator, `false` where an operand is NaN.
        pub(super) fn $name<'b, 'v>(
            arguments: Vec<CowVal<'b, 'v>>,
        ) -> Result<CowVal<'b, 'v>, ExecutionError> {
            let ordering = compare($operator, &arguments)?;
            Ok(CowVal::owned(CelBool::from(matches!(ordering, Some($holds)))))
        }
    };
}

comparison!(less, "_<_", std::cmp::Ordering::Less);
comparison!(less_equals, "_<=_", std::cmp::Ordering::Less | std::cmp::Ordering::Equal);
comparison!(greater, "_>_", std::cmp::Ordering::Greater);
comparison!(greater_equals, "_>=_", std::cmp::Ordering::Greater | std::cmp::Ordering::Equal);

/// The order of two operands; none with NaN.
fn compare(
    operator: &str,
    operands: &[CowVal<'_, '_>],
) -> Result<Option<std::cmp::Ordering>, ExecutionError> {
    let [left, right] = operands else { return Err(ExecutionError::missing_argument_or_target()) };
    let is_nan =
        |value: &dyn Val| value.downcast_ref::<CelDouble>().is_some_and(|value| value.inner().is_nan());
    let is_number = |value: &dyn Val| {
        value.downcast_ref::<CelDouble>().is_some()
            || value.downcast_ref::<CelInt>().is_some()
            || value.downcast_ref::<CelUInt>().is_some()
    };
    let (left, right) = (left.as_ref(), right.as_ref());
    if (is_nan(left) && is_number(right)) || (is_number(left) && is_nan(right)) {
        return Ok(None);
    }
    let overload = || no_overload(operator, left, right);
    left.as_comparer().ok_or_else(overload)?.compare(right).map(Some).map_err(|_| overload())
}

fn no_overload(function: &str, left: &dyn Val, right: &dyn Val) -> ExecutionError {
    let types = [left, right].map(|operand| operand.get_type().name().to_owned());
    ExecutionError::no_such_overload(function, types.into())
}
