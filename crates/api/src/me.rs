//! The caller's own account.

use actix_web::{HttpResponse, get, patch, web};
use app::App;
use app::accounts::{self, Profile};
use domain::accounts::{DisplayName, Role, User};
use domain::{Error, Locale};
use serde::{Deserialize, Deserializer, Serialize};
use utoipa::ToSchema;
use utoipa_actix_web::service_config::ServiceConfig;
use uuid::Uuid;

use crate::extract::{Caller, Json};
use crate::problem::ApiResult;
use crate::wire::Rfc3339;

pub fn routes(config: &mut ServiceConfig<'_>) {
    config.service(me).service(update_me);
}

#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = User)]
pub struct UserBody {
    pub id: Uuid,
    pub email: String,
    pub display_name: String,
    #[schema(inline)]
    pub role: RoleWord,
    /// The language that the person chose; `null`: that of each request.
    pub locale: Option<LocaleWord>,
    pub created_at: Rfc3339,
}

#[derive(Clone, Copy, Debug, Serialize, ToSchema)]
#[serde(rename_all = "lowercase")]
#[schema(as = Role)]
pub enum RoleWord {
    Admin,
    Manager,
    Member,
}

#[derive(Clone, Copy, Debug, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
#[schema(as = Locale)]
pub enum LocaleWord {
    En,
    Id,
    Ja,
}

impl From<Locale> for LocaleWord {
    fn from(locale: Locale) -> Self {
        match locale {
            Locale::En => Self::En,
            Locale::Id => Self::Id,
            Locale::Ja => Self::Ja,
        }
    }
}

impl From<LocaleWord> for Locale {
    fn from(word: LocaleWord) -> Self {
        match word {
            LocaleWord::En => Self::En,
            LocaleWord::Id => Self::Id,
            LocaleWord::Ja => Self::Ja,
        }
    }
}

impl From<User> for UserBody {
    fn from(user: User) -> Self {
        Self {
            id: user.id.uuid(),
            email: user.email,
            display_name: user.display_name,
            role: match user.role {
                Role::Admin => RoleWord::Admin,
                Role::Manager => RoleWord::Manager,
                Role::Member => RoleWord::Member,
            },
            locale: user.locale.map(LocaleWord::from),
            created_at: user.created_at.into(),
        }
    }
}

/// Your account
#[utoipa::path(tag = "accounts", operation_id = "me", responses((status = 200, body = UserBody)))]
#[get("/me")]
async fn me(caller: Caller, app: web::Data<App>) -> ApiResult<HttpResponse> {
    let user = accounts::me(&app, &caller.0).await?;
    Ok(HttpResponse::Ok().json(UserBody::from(user)))
}

/// What is absent stays as it is.
#[derive(Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = MeRequest)]
struct MeBody {
    #[schema(min_length = 1, max_length = 100)]
    display_name: Option<String>,
    /// `null`: the language of each request.
    #[serde(default, deserialize_with = "present")]
    #[schema(value_type = Option<LocaleWord>)]
    locale: Option<Option<LocaleWord>>,
}

/// Tells `null` from absent.
fn present<'de, D: Deserializer<'de>, T: Deserialize<'de>>(deserializer: D) -> Result<Option<T>, D::Error> {
    T::deserialize(deserializer).map(Some)
}

/// Change your account
#[utoipa::path(tag = "accounts", operation_id = "update_me", request_body = MeBody, responses((status = 200, body = UserBody)))]
#[patch("/me")]
async fn update_me(caller: Caller, app: web::Data<App>, body: Json<MeBody>) -> ApiResult<HttpResponse> {
    let body = body.into_inner();
    let display_name = body.display_name.as_deref().map(DisplayName::parse).transpose();
    let profile = Profile {
        display_name: display_name.map_err(|fault| Error::invalid(vec![fault]))?,
        locale: body.locale.map(|locale| locale.map(Locale::from)),
    };
    let user = accounts::update_me(&app, &caller.0, profile).await?;
    Ok(HttpResponse::Ok().json(UserBody::from(user)))
}
