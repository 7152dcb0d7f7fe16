//! The files of documents, as a browser downloads them.

use reqwest::StatusCode;

use crate::support::{TestServer, location};

const TEXT: &str = "<script>alert(1)</script> The notice period is forty days.";

#[tokio::test]
async fn a_document_is_downloaded_and_never_shown() {
    let server = TestServer::start().await;
    let ann = server.browser();
    ann.sign_up("Ann").await;
    let fields = [("collection", ""), ("title", "Größe \"x\""), ("text", TEXT), ("tags", "")];
    let given = ann.call("/api/knowledge/text", &fields).await;
    assert_eq!(given.status, StatusCode::OK, "{:?}", given.body);
    let id = given.body["document"].as_str().unwrap().to_owned();
    for path in [format!("/knowledge/{id}/file"), format!("/knowledge/{id}/file?version=1")] {
        let response = ann.page(&path).await;
        assert_eq!(response.status(), StatusCode::OK, "{path}");
        let header = |name: &str| response.headers()[name].to_str().unwrap().to_owned();
        assert_eq!((header("content-type"), header("x-content-type-options")), ("application/octet-stream".into(), "nosniff".into()));
        assert!(header("content-disposition").starts_with("attachment; filename=\"Gr__e _x_.md\"; filename*=UTF-8''Gr%C3%B6"));
        assert!(header("content-security-policy").contains("default-src 'none'"));
        assert_eq!(response.text().await.unwrap(), TEXT);
    }
    // By the page and by the API it has one name.
    let named = async |path: String| ann.page(&path).await.headers()["content-disposition"].to_str().unwrap().to_owned();
    let by_api = named(format!("/api/v1/knowledge/documents/{id}/file")).await;
    assert_eq!(named(format!("/knowledge/{id}/file")).await, by_api);
    for (path, status) in [
        (format!("/knowledge/{id}/file?version=2"), StatusCode::NOT_FOUND),
        (format!("/knowledge/{id}/file?version=first"), StatusCode::UNPROCESSABLE_ENTITY),
        ("/knowledge/none/file".to_owned(), StatusCode::NOT_FOUND),
    ] {
        assert_eq!(ann.page(&path).await.status(), status, "{path}");
    }
    let path = format!("/knowledge/{id}/file");
    let eve = server.browser();
    eve.sign_up("Eve").await;
    assert_eq!(eve.page(&path).await.status(), StatusCode::NOT_FOUND, "another organization's");
    let stranger = server.browser().page(&path).await;
    assert_eq!(location(&stranger), "/sign-in?next=/knowledge");
}
