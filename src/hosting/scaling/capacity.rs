//! How far scaling goes.

use std::marker::PhantomData;

use crate::value::Value;

/// Bounds of what always serves: 1 or more.
#[derive(Debug, Clone, PartialEq)]
pub struct Capacity(Bounds);

/// Bounds of what may scale to nothing.
#[derive(Debug, Clone, PartialEq)]
pub struct CapacityFromZero(Bounds);

#[derive(Debug, Clone, PartialEq)]
struct Bounds {
    minimum: Value<i64>,
    maximum: Value<i64>,
}

impl Bounds {
    /// Whether they hold as far as literals tell.
    fn checked(self, least: i64) -> Option<Self> {
        let minimum = self.minimum.literal().copied();
        let maximum = self.maximum.literal().copied();
        let from = minimum.unwrap_or(least).max(least);
        (minimum.is_none_or(|minimum| minimum >= least)
            && maximum.is_none_or(|maximum| maximum >= from.max(1)))
        .then_some(self)
    }
}

impl Capacity {
    /// Checks literals; in a `const` item at compile time.
    ///
    /// ```
    /// # use sageform::hosting::Capacity;
    /// const FEW: Capacity = Capacity::new(2, 4);
    /// assert_eq!(Capacity::parse(2.into(), 4.into()), Some(FEW));
    /// assert_eq!(Capacity::parse(0.into(), 4.into()), None);
    /// ```
    ///
    /// # Panics
    ///
    /// When the minimum is 0, or the maximum is less than it.
    #[track_caller]
    pub const fn new(minimum: u32, maximum: u32) -> Self {
        assert!(
            minimum >= 1,
            "`MinCapacity` is at least 1: only `Async` and inference components scale to 0"
        );
        assert!(
            minimum <= maximum,
            "`MinCapacity` is not more than `MaxCapacity`"
        );
        Self(Bounds {
            minimum: Value::Literal(minimum as i64),
            maximum: Value::Literal(maximum as i64),
        })
    }

    /// The bounds, unless literals say that the minimum is below 1 or above the maximum.
    pub fn parse(minimum: Value<i64>, maximum: Value<i64>) -> Option<Self> {
        Bounds { minimum, maximum }.checked(1).map(Self)
    }
}

impl CapacityFromZero {
    /// Checks literals; in a `const` item at compile time.
    ///
    /// ```
    /// # use sageform::hosting::CapacityFromZero;
    /// const FEW: CapacityFromZero = CapacityFromZero::new(0, 4);
    /// assert_eq!(CapacityFromZero::parse(0.into(), 4.into()), Some(FEW));
    /// ```
    ///
    /// # Panics
    ///
    /// When the maximum is 0 or less than the minimum.
    #[track_caller]
    pub const fn new(minimum: u32, maximum: u32) -> Self {
        assert!(maximum >= 1, "`MaxCapacity` is at least 1");
        assert!(
            minimum <= maximum,
            "`MinCapacity` is not more than `MaxCapacity`"
        );
        Self(Bounds {
            minimum: Value::Literal(minimum as i64),
            maximum: Value::Literal(maximum as i64),
        })
    }

    /// The bounds, unless literals say that the minimum is above the maximum or the maximum is 0.
    pub fn parse(minimum: Value<i64>, maximum: Value<i64>) -> Option<Self> {
        Bounds { minimum, maximum }.checked(0).map(Self)
    }
}

mod sealed {
    pub trait Sealed {}

    impl Sealed for super::Capacity {}
    impl Sealed for super::CapacityFromZero {}
}

/// [`Capacity`] or [`CapacityFromZero`].
pub trait CapacityBounds: sealed::Sealed {
    /// The least that they allow.
    const LEAST: u32;

    /// The minimum and the maximum.
    fn into_parts(self) -> (Value<i64>, Value<i64>);
}

impl CapacityBounds for Capacity {
    const LEAST: u32 = 1;

    fn into_parts(self) -> (Value<i64>, Value<i64>) {
        (self.0.minimum, self.0.maximum)
    }
}

impl CapacityBounds for CapacityFromZero {
    const LEAST: u32 = 0;

    fn into_parts(self) -> (Value<i64>, Value<i64>) {
        (self.0.minimum, self.0.maximum)
    }
}

/// What a scheduled action sets: the minimum, the maximum, or both.
#[derive(Debug, Clone, PartialEq)]
pub struct CapacityChange<C> {
    pub(super) minimum: Option<Value<i64>>,
    pub(super) maximum: Option<Value<i64>>,
    bounds: PhantomData<C>,
}

impl<C: CapacityBounds> CapacityChange<C> {
    /// Sets the minimum and leaves the maximum. Where there is less, it is added at once.
    ///
    /// ```
    /// # use sageform::hosting::{Capacity, CapacityChange};
    /// const DAY: CapacityChange<Capacity> = CapacityChange::at_least(4);
    /// assert_eq!(CapacityChange::parse(Some(4.into()), None), Some(DAY));
    /// ```
    ///
    /// # Panics
    ///
    /// When it is 0 for what always serves.
    #[track_caller]
    pub const fn at_least(minimum: u32) -> Self {
        Self::of(Some(minimum), None)
    }

    /// Sets the maximum and leaves the minimum. Where there is more, it is removed at once.
    ///
    /// ```
    /// # use sageform::hosting::{CapacityChange, CapacityFromZero};
    /// const NIGHT: CapacityChange<CapacityFromZero> = CapacityChange::at_most(0);
    /// assert_eq!(CapacityChange::parse(None, Some(0.into())), Some(NIGHT));
    /// ```
    ///
    /// # Panics
    ///
    /// When it is 0 for what always serves.
    #[track_caller]
    pub const fn at_most(maximum: u32) -> Self {
        Self::of(None, Some(maximum))
    }

    /// Sets both.
    ///
    /// ```
    /// # use sageform::hosting::{Capacity, CapacityChange};
    /// const NIGHT: CapacityChange<Capacity> = CapacityChange::between(2, 4);
    /// assert_eq!(CapacityChange::parse(Some(2.into()), Some(4.into())), Some(NIGHT));
    /// assert_eq!(CapacityChange::<Capacity>::parse(Some(0.into()), None), None);
    /// ```
    ///
    /// # Panics
    ///
    /// When the minimum is 0 for what always serves, or the maximum is less than it.
    #[track_caller]
    pub const fn between(minimum: u32, maximum: u32) -> Self {
        assert!(
            minimum <= maximum,
            "`MinCapacity` is not more than `MaxCapacity`"
        );
        Self::of(Some(minimum), Some(maximum))
    }

    #[track_caller]
    const fn of(minimum: Option<u32>, maximum: Option<u32>) -> Self {
        Self {
            minimum: Self::bound(minimum),
            maximum: Self::bound(maximum),
            bounds: PhantomData,
        }
    }

    #[track_caller]
    const fn bound(bound: Option<u32>) -> Option<Value<i64>> {
        match bound {
            Some(bound) => {
                assert!(
                    bound >= C::LEAST,
                    "`MinCapacity` and `MaxCapacity` are at least 1: only `Async` and inference components scale to 0"
                );
                Some(Value::Literal(bound as i64))
            }
            None => None,
        }
    }

    /// The change, unless it is none, or literals say that a bound is too low or the minimum above
    /// the maximum.
    pub fn parse(minimum: Option<Value<i64>>, maximum: Option<Value<i64>>) -> Option<Self> {
        let literal = |bound: &Option<Value<i64>>| bound.as_ref()?.literal().copied();
        let (least, most) = (literal(&minimum), literal(&maximum));
        let in_order = least.zip(most).is_none_or(|(least, most)| least <= most);
        let high_enough = [least, most]
            .into_iter()
            .flatten()
            .all(|bound| bound >= i64::from(C::LEAST));
        ((minimum.is_some() || maximum.is_some()) && in_order && high_enough).then_some(Self {
            minimum,
            maximum,
            bounds: PhantomData,
        })
    }
}
