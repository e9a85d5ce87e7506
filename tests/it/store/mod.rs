//! Conformance suite of `trait Store`: stories that hold on every backend.
//!
//! A story is a generic function over [`Backend`]; `on_every_backend!` at the end of each file turns the
//! stories into tests. A forgotten story is dead code, which the compiler reports.

mod damaged;
mod deleting;
mod documents;
mod failing;
mod listing;
mod model;
mod opening;
mod registering;
mod scopes;
mod watching;
mod world;

pub use world::{Backend, Lab, Sqlite};

/// Makes a test of each story on each backend.
macro_rules! on_every_backend {
    ($($story:ident),* $(,)?) => {
        mod sqlite {
            $(
                #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
                async fn $story() {
                    super::$story(crate::store::Lab::<crate::store::Sqlite>::new().await).await;
                }
            )*
        }
    };
}
pub(crate) use on_every_backend;
