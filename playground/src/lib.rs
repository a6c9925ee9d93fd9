//! The playground page as bytes: GraphiQL as `build.rs` bundled it from npm, or nothing of it, and a plain page of our
//! own that needs no library. It serves nothing by itself and knows no server: `src/server/` mounts it.

include!(concat!(env!("OUT_DIR"), "/assets.rs"));

/// The example library: a JSON list of `{group, items: [{title, description, query, variables?, scopes?}]}` that both pages
/// show and that the server's tests execute. `scopes` are those that a token must have to run it.
///
/// A value of `variables` may be a placeholder: `<now>`, `<in 7 days>`; `<id of the resource>` and `<version of the
/// resource>`, which are those of the resource that the last mutation answered, and so for `event`, `campaign`, `update`
/// and `client`. Read from top to bottom, the mutations thus tell stories that run: one makes a draft, the next changes it.
pub const EXAMPLES: &str = include_str!("../examples.json");

/// The strictest policy under which GraphiQL works. Styles are inline since its editor adds `<style>` elements and draws
/// its squiggles as inline images; scripts, workers and connections are this origin's only, and Trusted Types are required.
pub const CONTENT_SECURITY_POLICY: &str = "default-src 'none'; script-src 'self'; \
     style-src 'self' 'unsafe-inline'; img-src 'self' data:; font-src 'self'; connect-src 'self'; worker-src 'self'; \
     base-uri 'none'; form-action 'none'; frame-ancestors 'none'; require-trusted-types-for 'script'";

/// The policy of the plain page: nothing inline at all.
pub const PLAIN_CONTENT_SECURITY_POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; \
     img-src 'self'; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'; \
     require-trusted-types-for 'script'; trusted-types 'none'";

/// One file of the playground, to be served at `/playground/<path>`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Asset {
    /// The file's name; there are no folders.
    pub path: &'static str,
    /// The media type, with its charset where it is text.
    pub mime: &'static str,
    /// A strong entity tag over the bytes, with its quotes.
    pub etag: &'static str,
    /// What to send: gzip where `is_gzip` says so, else the file as it is.
    pub bytes: &'static [u8],
    /// The bytes are gzip: send `Content-Encoding: gzip`.
    pub is_gzip: bool,
    /// The name holds a hash of the contents, so that caches may keep it for ever; the others are revalidated.
    pub is_immutable: bool,
}

/// A page and the policy that it is to be served with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Page {
    /// The page's HTML.
    pub asset: &'static Asset,
    /// The value of its `Content-Security-Policy` header.
    pub policy: &'static str,
}

/// The files of the GraphiQL bundle; empty when it was not built.
pub const fn assets() -> &'static [Asset] {
    BUNDLE
}

/// The files of our own that are always there: the plain page, its script and style, the icon and the examples.
pub const fn plain_assets() -> &'static [Asset] {
    PLAIN
}

/// The file that `/playground/<path>` serves. The pages themselves are not among them: see [`home`] and [`plain`].
pub fn find(path: &str) -> Option<&'static Asset> {
    assets().iter().chain(plain_assets()).find(|asset| asset.path == path && !asset.path.ends_with(".html"))
}

/// The page at `/`: GraphiQL, or the plain page when the bundle was not built.
pub fn home() -> Page {
    match assets().iter().find(|asset| asset.path == "index.html") {
        Some(asset) => Page { asset, policy: CONTENT_SECURITY_POLICY },
        None => plain(),
    }
}

/// The page at `/plain`: examples, a query and a result without any library.
pub const fn plain() -> Page {
    Page { asset: &PLAIN_PAGE, policy: PLAIN_CONTENT_SECURITY_POLICY }
}

/// Whether GraphiQL is in this build.
pub const fn is_bundled() -> bool {
    !BUNDLE.is_empty()
}

/// Why GraphiQL is not in this build, as a phrase without a full stop.
pub const fn note() -> Option<&'static str> {
    NOTE
}

#[cfg(test)]
mod tests {
    use super::*;

    fn all() -> impl Iterator<Item = &'static Asset> {
        assets().iter().chain(plain_assets()).chain([&PLAIN_PAGE])
    }

    #[test]
    fn every_file_is_whole_and_has_a_name_of_its_own() {
        for (index, asset) in all().enumerate() {
            assert_eq!(asset.bytes.starts_with(&[0x1f, 0x8b]), asset.is_gzip, "{}", asset.path);
            assert!(
                asset.etag.len() > 30 && asset.etag.starts_with('"') && asset.etag.ends_with('"'),
                "{}",
                asset.path
            );
            assert!(!asset.path.contains(['/', '\\']) && asset.mime.contains('/'), "{}", asset.path);
            assert!(!all().skip(index + 1).any(|other| other.path == asset.path), "{} is there twice", asset.path);
        }
    }

    #[test]
    fn only_names_with_a_hash_are_kept_for_ever() {
        for asset in all().filter(|asset| asset.is_immutable) {
            assert!(asset.path.starts_with("c-") || asset.path.starts_with("a-"), "{}", asset.path);
        }
    }

    #[test]
    fn the_pages_are_found_only_as_pages() {
        assert_eq!(find("index.html"), None);
        assert_eq!(find("plain.html"), None);
        assert_eq!(find("../Cargo.toml"), None);
        assert_eq!(find("examples.json").map(|asset| asset.bytes), Some(EXAMPLES.as_bytes()));
    }

    #[test]
    fn the_home_page_is_graphiql_or_says_why_not() {
        assert_eq!(is_bundled(), note().is_none());
        assert_eq!(home() == plain(), !is_bundled());
        let page = std::str::from_utf8(plain().asset.bytes).unwrap();
        assert!(!page.contains("<!--note-->"));
        assert_eq!(page.contains("GraphiQL is not in this build"), !is_bundled());
    }

    #[test]
    fn the_plain_page_s_script_imports_files_that_are_served() {
        let script = include_str!("../plain/plain.js");
        let names: Vec<_> = script.split(" from './").skip(1).filter_map(|rest| rest.split('\'').next()).collect();
        assert!(names.len() >= 2 && names.iter().all(|name| find(name).is_some()), "{names:?}");
    }

    #[test]
    fn a_build_with_graphiql_has_all_that_its_page_loads() {
        if is_bundled() {
            for path in
                ["main.js", "main.css", "editor.worker.js", "graphql.worker.js", "json.worker.js", "THIRD-PARTY.txt"]
            {
                assert!(find(path).is_some_and(|asset| asset.bytes.len() > 50), "{path}");
            }
        }
    }

    #[test]
    fn the_plain_page_names_files_that_exist_and_no_other_origin() {
        let page = std::str::from_utf8(plain().asset.bytes).unwrap();
        assert!(!page.contains("//"), "an absolute address");
        let names: Vec<_> = page.split("=\"playground/").skip(1).filter_map(|rest| rest.split('"').next()).collect();
        assert!(names.len() >= 3, "{names:?}");
        assert!(names.iter().all(|name| find(name).is_some()), "{names:?}");
    }

    #[test]
    fn no_policy_lets_a_foreign_or_inline_script_in() {
        for policy in [CONTENT_SECURITY_POLICY, PLAIN_CONTENT_SECURITY_POLICY] {
            assert!(policy.starts_with("default-src 'none'; script-src 'self'; "), "{policy}");
            assert!(!policy.contains("http") && !policy.contains("blob:") && !policy.contains("  "), "{policy}");
        }
    }
}
