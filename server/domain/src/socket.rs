//! A page's or a program's socket to a live call: [`live::attach`] for those who say hello in time, for as long as they may.

use std::time::Duration;

use futures::StreamExt;
use futures::stream::BoxStream;
use model::wire::{ClientMessage, ServerMessage};
use model::{CallId, Code, Problem};
use tokio::sync::watch;

use crate::calls::{self, live};
use crate::identity;
use kernel::Actor;
use kernel::DomainError;
use kernel::Kernel;

/// Within this a socket must say which call it is for.
const HELLO: Duration = Duration::from_secs(10);

/// As [`live::attach`], but a socket that says nothing is refused after a moment, and one whose credential or right to see the call
/// ends is told so with [`ServerMessage::Refused`] and ends. What it sent until then stays.
pub async fn open(
    services: &Kernel,
    actor: &Actor,
    mut messages: BoxStream<'static, Result<ClientMessage, Problem>>,
) -> BoxStream<'static, ServerMessage> {
    let Ok(first) = tokio::time::timeout(HELLO, messages.next()).await else {
        let problem = Problem::new(Code::Invalid, "Nothing was said within 10 seconds. Connect again and say which call it is first.");
        return futures::stream::iter([ServerMessage::Refused(problem)]).boxed();
    };
    let call = match &first {
        Some(Ok(ClientMessage::Hello(hello))) => Some(hello.call),
        _ => None,
    };
    let Some(call) = call else { return live::attach(services, actor, futures::stream::iter(first).boxed()).await };
    // Whoever may not see it from the beginning is told so here, and not by who watches over them.
    if let Err(error) = calls::get(services, actor, call).await {
        return futures::stream::iter([ServerMessage::Refused(error.into_problem())]).boxed();
    }
    let held = match identity::hold_open(services, actor) {
        Ok(held) => held,
        Err(error) => return futures::stream::iter([ServerMessage::Refused(error.into_problem())]).boxed(),
    };
    let over = watch_over(services, actor, call);
    let messages = futures::stream::iter(first).chain(messages).take_until(is_over(over.clone())).boxed();
    let answers = live::attach(services, actor, messages).await;
    // One of the member's open ones, until it is gone.
    until(answers, over).inspect(move |_| _ = &held).boxed()
}

/// Becomes the reason as soon as the caller may not go on. Ends by itself with the last receiver.
fn watch_over(services: &Kernel, actor: &Actor, call: CallId) -> watch::Receiver<Option<Problem>> {
    let (tell, over) = watch::channel(None);
    let (services, actor) = (services.clone(), actor.clone());
    tokio::spawn(async move {
        let allowed = |now: Actor| {
            let services = services.clone();
            async move {
                match calls::get(&services, &now, call).await {
                    Err(DomainError::Problem(problem)) if problem.code == Code::NotFound => {
                        Err(DomainError::new(Code::Forbidden, "You may not see this call any more."))
                    }
                    other => other.map(drop),
                }
            }
        };
        tokio::select! {
            problem = identity::until_over(&services, &actor, allowed) => drop(tell.send(Some(problem))),
            () = tell.closed() => {}
        }
    });
    over
}

async fn is_over(mut over: watch::Receiver<Option<Problem>>) {
    if over.wait_for(Option::is_some).await.is_err() {
        std::future::pending::<()>().await;
    }
}

/// The answers until it is over, and then why.
fn until(answers: BoxStream<'static, ServerMessage>, over: watch::Receiver<Option<Problem>>) -> BoxStream<'static, ServerMessage> {
    let reason = over.clone();
    let refused = futures::stream::once(async move {
        let problem = reason.borrow().clone();
        problem.map(ServerMessage::Refused)
    });
    answers.take_until(is_over(over)).chain(refused.filter_map(std::future::ready)).boxed()
}
