//! What whoever runs the server may set about documents.

use kernel::Setting;

pub(super) const SETTINGS: &[Setting] = &[
    Setting::new(
        "embeddings",
        "local",
        "whose model makes the vectors that search in documents compares: `local` (in this process; one comes with the program), `openai`, \
         `none` (search by words alone, and answers by rules about words, without the model that reads them)",
    ),
    Setting::new(
        "embeddings_before",
        "none",
        "after a change of the model: the one before (`local`, `openai`, `openai:MODEL`, `openai:MODEL:DIMENSIONS`), which \
         answers until the new one has seen everything. Its own settings stay beside the new ones",
    ),
    Setting::new(
        "embeddings_folder",
        "the model that comes with the program",
        "`local`: a folder with `model.onnx` and `tokenizer.json` of another sentence encoder of the shape of all-MiniLM-L6-v2",
    ),
    Setting::new("embeddings_url", "OpenAI's", "`openai`: any server with `POST /v1/embeddings` (Ollama, vLLM, LiteLLM …)"),
    Setting::new("embeddings_model", "text-embedding-3-small", "`openai`: the model"),
    Setting::new("embeddings_dimensions", "known for OpenAI's models", "`openai`: how many numbers a vector of the model has"),
    Setting::secret("embeddings_key", "none", "`openai`: the key of that server"),
    Setting::new(
        "files",
        "the folder `files` in `data_dir`",
        "where uploaded files are stored: `file:///folder`, `s3://bucket/folder`, `gs://bucket/folder` or \
         `az://container/folder`; credentials come from the environment (`AWS_…`, `GOOGLE_…`, `AZURE_…`)",
    ),
    Setting::new(
        "files_endpoint",
        "the vendor's",
        "another server that speaks the protocol of `files`, with its scheme and port, for example \
         `https://minio.example.com:9000`",
    ),
    Setting::secret(
        "files_keys",
        "none",
        "keys that uploaded files are encrypted by, `name:base64,name:base64`; the first one encrypts, the word `plain` stands \
         for no encryption (see “Files and backup”)",
    ),
    Setting::new("files_keys_file", "none", "file that holds `files_keys` (see “Keys”)"),
    Setting::new("files_keys_command", "none", "command that prints `files_keys` (see “Keys”)"),
    Setting::new(
        "intranet_sites",
        "none",
        "sites of your own network that may be fetched though their address is not public: `name=address,name=address`, for \
         example `wiki.corp=10.0.0.5` (see “Ports and addresses”)",
    ),
];
