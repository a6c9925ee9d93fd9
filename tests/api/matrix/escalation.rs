//! Attempts to do more than one was given: by making clients, by widening grants, by asking for wider tokens, and by
//! approving one's own work through another client.

use serde_json::{Value, json};
use solidarity::domain::scope::Scope;

use super::bench::{Bench, OWN, all_but, everything};
use super::held;
use crate::actor::TestClient;

/// What only the operator gives.
const OPERATOR_ONLY: [&str; 5] =
    ["content:review", "alerts:issue", "content:withdraw", "campaigns:verify-payee", "clients:manage"];

const CREATE: &str = "mutation($input: ClientCreateInput!) { clientCreate(input: $input) {
    client { id grants { scope } } clientSecret userErrors { code field message } } }";

/// A client made by the one of a token.
async fn make(bench: &Bench, token: &str, grants: Value) -> TestClient {
    let input = json!({ "input": { "name": "made", "grants": grants } });
    let answer = bench.server.ask_as(token, CREATE, input).await;
    let made = &answer["data"]["clientCreate"];
    let text = |value: &Value| value.as_str().unwrap_or_else(|| panic!("not made: {answer:#}")).to_string();
    TestClient { id: text(&made["client"]["id"]), secret: text(&made["clientSecret"]) }
}

#[tokio::test]
async fn each_scope_is_given_by_those_only_who_hold_it_and_some_by_the_operator_alone() {
    let bench = Bench::new().await;
    let mut wrong = Vec::new();
    let target = bench.server.new_client(&[], "one", &[]).await;
    let mut check = |cell: String, expected: &str, answered: &str| {
        if expected != answered {
            wrong.push(format!("{cell}: expected {expected}, answered {answered}"));
        }
    };
    for scope in Scope::ALL {
        let name = scope.as_str();
        let is_operator_only = OPERATOR_ONLY.contains(&name);
        let grants = json!([{ "scope": name }]);
        let create = json!({ "name": "x", "grants": grants });
        let set = json!({ "id": target.id, "grants": grants });
        let refused = "INVALID input.grants[0].scope";
        let manage = Scope::ClientsManage;

        // One that does not hold it, by its grants or by its token.
        if *scope != manage {
            let taken = bench.token(OWN, &all_but(&[*scope]), None).await;
            check(format!("{name} made, not held"), refused, &bench.ask(Some(&taken), "clientCreate", &create).await);
            check(format!("{name} set, not held"), refused, &bench.ask(Some(&taken), "grantSet", &set).await);
            let narrow = bench.token(OWN, &everything(), Some(&all_but(&[*scope]))).await;
            check(format!("{name} made, not said"), refused, &bench.ask(Some(&narrow), "clientCreate", &create).await);
            check(format!("{name} set, not said"), refused, &bench.ask(Some(&narrow), "grantSet", &set).await);
        }
        // One that holds it, everywhere and in one region.
        let expected = if is_operator_only { refused } else { "ok" };
        let token = bench.token(OWN, &everything(), None).await;
        check(format!("{name} set, held"), expected, &bench.ask(Some(&token), "grantSet", &set).await);
        let nothing = json!({ "id": target.id, "grants": [] });
        check(format!("{name} taken"), "ok", &bench.ask(Some(&token), "grantSet", &nothing).await);
        let in_region = vec![(*scope, Some("CA-ON")), (manage, if *scope == manage { Some("CA-ON") } else { None })];
        let token = bench.token(OWN, &in_region, None).await;
        let wider = if is_operator_only { refused } else { "OUT_OF_GRANTED_REGION input.grants[0].regions" };
        check(format!("{name} made wider"), wider, &bench.ask(Some(&token), "clientCreate", &create).await);
        let beside = json!({ "name": "x", "grants": [{ "scope": name, "regions": ["CA-BC"] }] });
        let aside = if is_operator_only { refused } else { "OUT_OF_GRANTED_REGION input.grants[0].regions[0]" };
        check(format!("{name} made beside"), aside, &bench.ask(Some(&token), "clientCreate", &beside).await);
        // One that holds it without the right to manage.
        if *scope != manage {
            let token = bench.token(OWN, &held(&[*scope], None), None).await;
            let lacks = "INSUFFICIENT_SCOPE clients:manage";
            check(format!("{name} made, no manager"), lacks, &bench.ask(Some(&token), "clientCreate", &create).await);
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    let first = bench.server.app.store.list_clients(None, 200).await.unwrap().len();
    assert_eq!(first, 4, "a refused client was made");
}

#[tokio::test]
async fn a_made_client_does_what_it_was_given_and_no_more_however_it_asks() {
    let bench = Bench::new().await;
    let manager = bench.token(OWN, &everything(), None).await;
    let made = make(&bench, &manager, json!([{ "scope": "resources:write" }])).await;
    let token = bench.server.token_of(&made).await;
    let create = json!({ "locale": "en-CA", "title": "T", "category": "NEWS", "format": "ARTICLE" });
    assert_eq!(bench.ask(Some(&token), "resourceCreate", &create).await, "ok");

    // It asks for a token that says more; and with one that says less, for more.
    let ask = async |scope: &str| {
        let form = [("grant_type", "client_credentials"), ("scope", scope)];
        let request = bench.server.http.post(bench.server.url("/oauth/token"));
        let response = request.basic_auth(&made.id, Some(&made.secret)).form(&form).send().await.unwrap();
        let status = response.status().as_u16();
        (status, response.json::<Value>().await.unwrap())
    };
    for wider in ["resources:publish", "resources:write resources:publish", "content:review", "clients:manage", "*"] {
        let (status, body) = ask(wider).await;
        assert_eq!((status, &body["error"]), (400, &json!("invalid_scope")), "{wider}: {body}");
        assert!(body["access_token"].is_null(), "{wider}");
    }
    // The maker loses what it gave: what was made stays what it is, and the maker gives it no more.
    bench.grant(OWN, &held(&[Scope::ClientsManage], None)).await;
    assert_eq!(bench.ask(Some(&token), "resourceCreate", &create).await, "ok");
    let grants = json!([{ "scope": "resources:write" }]);
    let answered = bench.ask(Some(&manager), "clientCreate", &json!({ "name": "x", "grants": grants })).await;
    assert_eq!(answered, "INVALID input.grants[0].scope");
    // Nor does it take over one that holds what it may not give: the secret is as good as the scopes.
    for scopes in [vec![Scope::ResourcesWrite], vec![Scope::ContentReview], vec![Scope::ClientsManage]] {
        let other = bench.server.new_client(&scopes, "one", &[]).await;
        let answered = bench.ask(Some(&manager), "clientRotateSecret", &json!({ "id": other.id })).await;
        assert_eq!(answered, "INVALID input.id", "{scopes:?}");
    }
}

/// What a writer and its relations are, and whether each may approve what it wrote.
#[tokio::test]
async fn nobody_approves_what_it_or_a_relation_wrote() {
    let bench = Bench::new().await;
    let server = &bench.server;
    let scopes = [Scope::ClientsManage, Scope::ResourcesWrite, Scope::TranslationsWrite, Scope::ContentReview];
    let maker = server.new_client(&scopes, "one", &[]).await;
    let maker_token = server.token_of(&maker).await;
    let write = json!([{ "scope": "resources:write" }, { "scope": "translations:write" }]);
    let made = make(&bench, &maker_token, write.clone()).await;
    let sibling = make(&bench, &maker_token, json!([])).await;
    let stranger = server.new_client(&scopes, "one", &[]).await;
    let foreign = server.new_client(&[Scope::ContentReview], "two", &[]).await;
    // Reviewing comes from the operator alone, for clients that others made as well.
    let review = async |client: &TestClient| {
        let mut grants: Vec<_> = ["resources:write", "translations:write", "content:review"]
            .map(|scope| solidarity::service::client::GrantInput { scope: scope.to_string(), regions: None })
            .into();
        if client.id == maker.id {
            let scope = "clients:manage".to_string();
            grants.push(solidarity::service::client::GrantInput { scope, regions: None });
        }
        let id = client.id.parse().unwrap();
        let by = solidarity::service::client::By::Operator;
        solidarity::service::client::set_grants(&server.app, by, id, &grants).await.unwrap();
        server.token_of(client).await
    };
    let tokens = [
        ("maker", review(&maker).await),
        ("made", review(&made).await),
        ("sibling", review(&sibling).await),
        ("stranger", review(&stranger).await),
        ("foreign", server.token_of(&foreign).await),
    ];
    let token = |name: &str| &tokens.iter().find(|(known, _)| *known == name).unwrap().1;
    let run = async |token: &str, mutation: &str, input: Value| {
        let named = super::bench::type_name(mutation);
        let noun = if mutation.starts_with("resource") { "resource" } else { "content" };
        let document = format!(
            "mutation($input: {named}Input!) {{ {mutation}(input: $input) {{
                item: {noun} {{ id version }} userErrors {{ code field message }} }} }}"
        );
        let answer = server.ask_as(token, &document, json!({ "input": input })).await;
        assert_eq!(super::bench::outcome(&answer, mutation), "ok", "{mutation}");
        let item = &answer["data"][mutation]["item"];
        (item["id"].as_str().unwrap().to_string(), item["version"].as_i64().unwrap())
    };
    let forbidden = "SELF_APPROVAL_FORBIDDEN input.id";
    for (writer, refused, allowed) in [
        ("maker", ["maker", "made", "sibling"].as_slice(), "stranger"),
        ("made", ["maker", "made", "sibling"].as_slice(), "foreign"),
        ("sibling", ["maker", "made", "sibling"].as_slice(), "stranger"),
        ("stranger", ["stranger"].as_slice(), "made"),
    ] {
        for how in ["created", "changed", "translated", "restored"] {
            let by = token(writer);
            let create = json!({ "locale": "en-CA", "title": "T", "category": "NEWS", "format": "ARTICLE" });
            // Somebody else made it, unless creating is what is asked about.
            let first =
                if how == "created" { by } else { token(if writer == "stranger" { "made" } else { "stranger" }) };
            let (id, version) = run(first, "resourceCreate", create).await;
            let item = json!({ "id": id, "expectedVersion": version });
            let with = |members: Value| {
                let mut item = item.clone();
                item.as_object_mut().unwrap().extend(members.as_object().unwrap().clone());
                item
            };
            let (_, version) = match how {
                "changed" => run(by, "resourceUpdate", with(json!({ "title": "U" }))).await,
                "translated" => {
                    let french = json!({ "locale": "fr-CA", "origin": "HUMAN", "title": "T" });
                    run(by, "contentTranslate", with(json!({ "translation": french }))).await
                }
                "restored" => run(by, "contentRestore", with(json!({ "version": 1 }))).await,
                _ => (id.clone(), version),
            };
            // Whoever hands it in, the writers stay the writers.
            let submit = json!({ "id": id, "expectedVersion": version });
            let (_, version) = run(token("stranger"), "contentSubmit", submit).await;
            let approve = json!({ "id": id, "expectedVersion": version });
            for reviewer in refused {
                let answered = bench.ask(Some(token(reviewer)), "contentApprove", &approve).await;
                assert_eq!(answered, forbidden, "{reviewer} approves what {writer} {how}");
            }
            // One that had no part in it may; who made it first counts as a writer too.
            let reviewer = if how == "created" { allowed } else { "foreign" };
            let answered = bench.ask(Some(token(reviewer)), "contentApprove", &approve).await;
            assert_eq!(answered, "ok", "{reviewer} approves what {writer} {how}");
        }
    }
    // A client that hands in what it did not write may approve it; to hand something back takes no second client.
    let (id, version) = run(
        token("made"),
        "resourceCreate",
        json!({ "locale": "en-CA", "title": "T", "category": "NEWS", "format": "ARTICLE" }),
    )
    .await;
    let (_, version) = run(token("stranger"), "contentSubmit", json!({ "id": id, "expectedVersion": version })).await;
    let reject = json!({ "id": id, "expectedVersion": version, "reason": "Not yet." });
    assert_eq!(bench.ask(Some(token("made")), "contentReject", &reject).await, "ok");
}
