/*
 * lfs_server: knows where the server of a remote is, and its batch API.
 */
#include "lib/clone/lfs_server.h"

#include <fcntl.h>
#include <string.h>
#include <strings.h>

#include "base/arena.h"
#include "base/codec.h"
#include "base/file.h"
#include "base/hash.h"
#include "base/json/json.h"
#include "base/path.h"
#include "base/secret.h"
#include "base/sys.h"
#include "base/text.h"
#include "lib/names/lfs.h"
#include "lib/remotes/block_peers.h"
#include "lib/remotes/remote.h"
#include "lib/remotes/transfer.h"
#include "repo/git/run_git.h"
#include "transport/http/download.h"
#include "transport/http/site.h"
#include "transport/line/credential.h"

#define MEDIA "application/vnd.git-lfs+json"
#define ANSWER_MAX ((size_t)1 << 20)
#define HEADERS_MAX 16u

struct vv_lfs_server {
	vv_repository *repo;
	vv_transfer t;
	char *url;    /* of the API; NULL: there is none, */
	char *folder; /* or the remote's objects */
	http_site *site;
	vv_buf login; /* a header line with the credentials; "": none were wanted */
};

void vv_lfs_server_close(vv_lfs_server *s)
{
	if (!s) return;
	http_site_close(s->site);
	if (s->t.repo) {
		vv_transfer_close(&s->t);
	}
	vv_buf_wipe(&s->login);
	vv_buf_clear(&s->login);
	vv_free(s->url);
	vv_free(s->folder);
	vv_free(s);
}

/* --- where it is --- */

static vv_status replace(char **at, char *take_text, vv_error *err)
{
	vv_free(*at);
	*at = take_text;
	return take_text ? VV_OK : vv_fail_nomem(err);
}

/* *at stays NULL where it is not set. */
static vv_status setting(char **at, vv_repository *r, const char *key, vv_error *err)
{
	char *value = NULL;
	vv_status rc = vv_config_string(r, key, &value, err);

	if (rc == VV_ENOTFOUND) {
		vv_error_clear(err);
		return VV_OK;
	}
	return rc < 0 || !value ? rc : replace(at, value, err);
}

/* lfs.url of the work tree's .lfsconfig, where its site is trusted. */
static vv_status committed_url(vv_lfs_server *s, vv_error *err)
{
	const vv_remote none = {.url = ""};
	vv_auto(vv_buf) where = VV_BUF_INIT, text = VV_BUF_INIT, said = VV_BUF_INIT,
			site = VV_BUF_INIT;
	const char *work = vv_repository_workdir(s->repo);
	const char *args[] = {"config", "--no-includes", NULL, "--get", "lfs.url", NULL};
	const vv_git_call run = {.args = args, .repo = s->repo, .output = &text};
	bool yes = true;
	int code = 0;
	vv_status rc;

	vv_buf_printf(&where, "--file=%s/.lfsconfig", work ? work : "");
	if ((rc = vv_buf_ok(&where, err)) < 0 || !work || !vv_exists(where.data + 7)) return rc;
	args[2] = where.data;
	if ((rc = vv_git_run(&run, &said, &code, err)) < 0) return rc;
	while (text.len > 0 && text.data[text.len - 1] == '\n') {
		text.data[--text.len] = '\0';
	}
	if (code != 0 || text.len == 0) return VV_OK;
	if ((rc = vv_block_peer_site(&site, text.data, err)) < 0 ||
	    (rc = vv_block_peer_is_trusted(&s->t, &none, text.data, &yes, err)) < 0) {
		return vv_prefix(err, ".lfsconfig");
	}
	if (yes) return replace(&s->url, vv_strdup(text.data), err);
	vv_fail(err, VV_EREFUSED,
		"the server of Git LFS %s, which .lfsconfig names, is not trusted",
		vv_text_url(text.data));
	return vv_hint(err, "git config --global --add varve.trustedHost %s", site.data);
}

/* Objects of a repository in a folder. */
static vv_status take_folder(vv_lfs_server *s, const char *path, vv_error *err)
{
	vv_auto(char) *git = vv_path_join(path, ".git", (char *)NULL);

	if (!git) return vv_fail_nomem(err);
	return replace(&s->folder,
		       vv_path_join(vv_exists(git) ? git : path, "lfs", "objects", (char *)NULL),
		       err);
}

/* https://host/x.git/info/lfs, for ssh too. */
static vv_status derive(vv_lfs_server *s, const char *remote, vv_error *err)
{
	vv_auto(vv_url) u = {.text = NULL};
	vv_auto(vv_buf) out = VV_BUF_INIT;
	vv_status rc = vv_url_read(&u, remote, err);

	if (rc < 0) return rc;
	if (u.kind == VV_URL_PATH) return take_folder(s, u.path, err);
	if (u.kind != VV_URL_HTTP && u.kind != VV_URL_SSH) return VV_OK;
	const char *path = *u.path == '/' ? u.path + 1 : u.path;
	vv_buf_printf(&out, "%s://%s", u.kind == VV_URL_SSH || u.tls ? "https" : "http", u.host);
	if (u.port && u.kind == VV_URL_HTTP) {
		vv_buf_printf(&out, ":%u", u.port);
	}
	vv_buf_printf(&out, "/%s%s/info/lfs", path, vv_path_ends(path, ".git") ? "" : ".git");
	rc = vv_buf_ok(&out, err);
	return rc < 0 ? rc : replace(&s->url, vv_strdup(out.data), err);
}

static vv_status find_url(vv_lfs_server *s, vv_error *err)
{
	vv_auto(vv_head) head = {0};
	vv_auto(vv_remote) m = {.name = NULL};
	vv_auto(vv_buf) key = VV_BUF_INIT;
	vv_auto(char) *name = NULL;
	vv_status rc;

	if ((rc = setting(&s->url, s->repo, "lfs.url", err)) < 0 || s->url ||
	    (rc = committed_url(s, err)) < 0 || s->url ||
	    (rc = vv_head_read(s->repo, &head, err)) < 0) {
		return rc;
	}
	rc = vv_remote_default(&name, s->repo, head.branch, false, err);
	if (rc == VV_ENOTFOUND) {
		vv_error_clear(err);
		return VV_OK;
	}
	vv_buf_printf(&key, "remote.%s.lfsurl", name ? name : "");
	if (rc < 0 || (rc = vv_buf_ok(&key, err)) < 0 ||
	    (rc = setting(&s->url, s->repo, key.data, err)) < 0 || s->url ||
	    (rc = vv_remote_find(&m, s->repo, name, err)) < 0) {
		return rc;
	}
	return derive(s, m.url, err);
}

static vv_status open_server(vv_lfs_server **out, vv_repository *r, vv_error *err)
{
	vv_auto(vv_lfs_server) *s = vv_calloc(1, sizeof(*s));
	vv_status rc;

	if (!s) return vv_fail_nomem(err);
	s->repo = r;
	if ((rc = vv_transfer_open(&s->t, r, vv_repository_notes(r), true, 0, err)) < 0 ||
	    (rc = find_url(s, err)) < 0) {
		return rc;
	}
	if (s->url && strncmp(s->url, "file://", 7) == 0) {
		vv_auto(vv_url) u = {.text = NULL};

		if ((rc = vv_url_read(&u, s->url, err)) < 0 ||
		    (rc = take_folder(s, u.path, err)) < 0) {
			return rc;
		}
	} else if (s->url) {
		const http_site_facts facts = {.url = s->url, .name = s->url, .extra_header = true};
		vv_auto(vv_url) u = {.text = NULL};

		for (size_t len = strlen(s->url); len > 0 && s->url[len - 1] == '/'; len--) {
			s->url[len - 1] = '\0';
		}
		if ((rc = vv_url_read_file(&u, s->url, err)) < 0 ||
		    (rc = http_site_open(&s->site, &facts, &s->t.connect, err)) < 0) {
			return rc;
		}
	}
	*out = vv_take(&s);
	return VV_OK;
}

/* --- asking --- */

static vv_status ask(vv_lfs_server *s, const vv_lfs_object *o, http_answer *a, vv_error *err)
{
	vv_auto(vv_buf) url = VV_BUF_INIT, body = VV_BUF_INIT;
	const char *headers[] = {"Accept: " MEDIA, "Content-Type: " MEDIA, vv_buf_cstr(&s->login)};
	http_ask what = {.method = "POST",
			 .headers = headers,
			 .header_count = s->login.len > 0 ? 3 : 2,
			 .answer_max = ANSWER_MAX};

	vv_buf_printf(&url, "%s/objects/batch", s->url);
	vv_buf_printf(&body,
		      "{\"operation\":\"download\",\"transfers\":[\"basic\"],"
		      "\"objects\":[{\"oid\":\"%s\",\"size\":%llu}]}",
		      o->oid, (unsigned long long)o->size);
	if (url.failed || body.failed) return vv_fail_nomem(err);
	what.url = url.data;
	what.body = body.data;
	what.body_len = body.len;
	return http_site_ask(s->site, &what, a, err);
}

/* Names and secrets come from Git's credential helpers, once the server wants them. */
static vv_status ask_with_login(vv_lfs_server *s, const vv_lfs_object *o, http_answer *a,
				vv_error *err)
{
	vv_auto(vv_credential) c = {.user = NULL};
	vv_auto(vv_buf) pair = VV_BUF_INIT;
	vv_auto(vv_url) u = {.text = NULL};
	vv_status rc = ask(s, o, a, err);

	if (rc < 0 || a->status != 401 || s->login.len > 0) return rc;
	if ((rc = vv_url_read_file(&u, s->url, err)) < 0 ||
	    (rc = vv_credential_fill(&c, s->repo, vv_repository_env(s->repo), &u, err)) < 0) {
		return rc;
	}
	vv_buf_printf(&pair, "%s:%s", c.user, c.secret);
	vv_buf_puts(&s->login, "Authorization: Basic ");
	vv_base64_put(&s->login, vv_buf_cstr(&pair), pair.len, true);
	vv_buf_wipe(&pair);
	if ((rc = vv_buf_ok(&s->login, err)) < 0 || (rc = ask(s, o, a, err)) < 0) return rc;
	vv_credential_tell(&c, s->repo, vv_repository_env(s->repo), &u, a->status != 401);
	if (a->status == 401) {
		vv_buf_reset(&s->login);
	}
	return VV_OK;
}

static vv_status judge(vv_lfs_server *s, const http_answer *a, vv_error *err)
{
	if (a->status == 200) return VV_OK;
	vv_fail(err,
		a->status == 401 || a->status == 403 || a->status == 404 ? VV_EREFUSED : VV_EIO,
		"the server of Git LFS %s answers with status %u", vv_text_url(s->url), a->status);
	return vv_hint(err, "'git lfs fetch --all' shows whether Git LFS gets through");
}

/* The part of the answer that has the object; NULL: it is not understood. */
static const vv_json *object_of(const vv_json *answer, const vv_lfs_object *o)
{
	const vv_json *list = vv_json_get(answer, "objects");

	for (const vv_json *e = list && list->type == VV_JSON_ARRAY ? list->first : NULL; e;
	     e = e->next) {
		const char *oid = vv_json_get_string(e, "oid");

		if (oid && strcmp(oid, o->oid) == 0) return e;
	}
	return NULL;
}

static bool is_header(const char *name, const char *value)
{
	for (const char *p = name; *p; p++) {
		if (!strchr("-_", *p) && !(*p >= '0' && *p <= '9') &&
		    !((*p | 32) >= 'a' && (*p | 32) <= 'z')) {
			return false;
		}
	}
	return *name && !strpbrk(value, "\r\n");
}

typedef struct action {
	const char *href;
	const char *headers[HEADERS_MAX];
	size_t header_count;
} action;

/* The headers live in the arena. */
static vv_status read_action(action *out, vv_lfs_server *s, const vv_json *object, vv_arena *arena,
			     vv_error *err)
{
	const vv_json *actions = vv_json_get(object, "actions"),
		      *download = actions ? vv_json_get(actions, "download") : NULL,
		      *list = download ? vv_json_get(download, "header") : NULL;
	bool login = false;

	out->href = download ? vv_json_get_string(download, "href") : NULL;
	if (!out->href) {
		return vv_fail(err, VV_EMISSING, "the server %s does not have it",
			       vv_text_url(s->url));
	}
	for (const vv_json *e = list ? list->first : NULL; e && out->header_count < HEADERS_MAX - 1;
	     e = e->next) {
		const char *name = e->name, *value = vv_json_get_string(list, name);
		vv_auto(vv_buf) line = VV_BUF_INIT;

		if (!value || !is_header(name, value)) {
			continue;
		}
		login = login || strcasecmp(name, "authorization") == 0;
		vv_buf_printf(&line, "%s: %s", name, value);
		if (line.failed || !(out->headers[out->header_count++] = vv_arena_strndup(
					     arena, line.data, line.len))) {
			return vv_fail_nomem(err);
		}
	}
	if (!login && s->login.len > 0 && !vv_json_get_bool(object, "authenticated", false)) {
		out->headers[out->header_count++] = s->login.data;
	}
	return VV_OK;
}

/* --- objects --- */

static vv_status check(const vv_lfs_object *o, const uint8_t *digest, uint64_t bytes, vv_error *err)
{
	char is[2 * VV_SHA256_LEN + 1];

	vv_hex_write(is, digest, VV_SHA256_LEN);
	is[2 * VV_SHA256_LEN] = '\0';
	return strcmp(is, o->oid) == 0 && bytes == o->size
		       ? VV_OK
		       : vv_fail(err, VV_ECORRUPT, "the object %.12s of Git LFS came damaged",
				 o->oid);
}

static vv_status download(vv_lfs_server *s, const vv_lfs_object *o, int fd, const char *temp,
			  vv_error *err)
{
	vv_auto(vv_arena) arena = VV_ARENA_INIT;
	http_answer a = {0};
	action at = {.href = NULL};
	vv_json *answer;
	const vv_json *object;
	vv_status rc = ask_with_login(s, o, &a, err);

	rc = rc < 0 ? rc : judge(s, &a, err);
	rc = rc < 0 ? rc
		    : vv_json_read(&answer, &arena, vv_buf_cstr(&a.body), a.body.len,
				   "the answer of the server of Git LFS", err);
	http_answer_clear(&a);
	if (rc < 0) return rc;
	if (!(object = object_of(answer, o)) || vv_json_get(object, "error")) {
		return vv_fail(err, VV_EMISSING, "the server %s does not have it",
			       vv_text_url(s->url));
	}
	if ((rc = read_action(&at, s, object, &arena, err)) < 0) return rc;
	vv_auto(http_download) d = {.url = at.href,
				    .headers = at.headers,
				    .header_count = at.header_count,
				    .fd = fd,
				    .file = temp,
				    .digest_kind = VV_DIGEST_SHA256};
	rc = http_download_run(&d, &s->t.connect, err);
	if (rc == VV_ENOTFOUND) {
		err->code = VV_EMISSING;
		rc = VV_EMISSING;
	}
	return rc < 0 ? rc : check(o, d.digest, d.bytes, err);
}

static vv_status copy(vv_lfs_server *s, const vv_lfs_object *o, int fd, const char *temp,
		      vv_error *err)
{
	const char a[3] = {o->oid[0], o->oid[1], 0}, b[3] = {o->oid[2], o->oid[3], 0};
	vv_auto(char) *file = vv_path_join(s->folder, a, b, o->oid, (char *)NULL);
	vv_auto(vv_digest) *digest = NULL;
	vv_auto(char) *piece = vv_malloc(ANSWER_MAX);
	uint8_t sum[VV_SHA256_LEN];
	uint64_t at = 0;
	ssize_t n = 0;
	int from;
	vv_status rc = file && piece ? vv_digest_new(&digest, VV_DIGEST_SHA256, err)
				     : vv_fail_nomem(err);

	if (rc < 0) return rc;
	if (!vv_exists(file)) {
		return vv_fail(err, VV_EMISSING, "the remote's folder does not have it");
	}
	if ((from = vv_open_regular(file, O_RDONLY, err)) < 0) return (vv_status)from;
	while (rc == VV_OK && (n = vv_pread_full(from, piece, ANSWER_MAX, at, file, err)) > 0) {
		at += (uint64_t)n;
		rc = vv_digest_update(digest, piece, (size_t)n, err);
		rc = rc < 0 ? rc : vv_write_full(fd, piece, (size_t)n, temp, err);
	}
	(void)vv_close(from, NULL, NULL);
	if (n < 0) return (vv_status)n;
	rc = rc < 0 ? rc : vv_digest_end(digest, sum, err);
	return rc < 0 ? rc : check(o, sum, at, err);
}

static vv_status get(vv_lfs_server *s, const vv_lfs_object *o, const char *file, vv_error *err)
{
	vv_auto(char) *folder = vv_path_dir(file);
	vv_auto(char) *temp = NULL;
	vv_status rc = folder ? vv_mkdirs(folder, err) : vv_fail_nomem(err);
	int fd;

	if (rc < 0) return rc;
	if ((fd = vv_temp_open(&temp, folder, ".varve-", err)) < 0) return (vv_status)fd;
	rc = s->folder ? copy(s, o, fd, temp, err) : download(s, o, fd, temp, err);
	if (vv_close(fd, temp, rc < 0 ? NULL : err) < 0 && rc == VV_OK) {
		rc = err->code;
	}
	rc = rc < 0 ? rc : vv_rename(temp, file, err);
	if (rc < 0) {
		vv_unlink(temp, true, NULL);
	}
	return rc;
}

vv_status vv_lfs_server_find(vv_lfs_server **s, char **path, vv_repository *r, const char *text,
			     size_t len, vv_error *err)
{
	vv_auto(char) *file = NULL;
	vv_lfs_object o;
	vv_status rc = vv_lfs_find(path, r, text, len, err);

	if (rc != VV_EMISSING || !vv_lfs_read(&o, text, len)) return rc;
	vv_error why = *err;
	if (!*s && (rc = open_server(s, r, err)) < 0) return rc;
	if (!(*s)->url && !(*s)->folder) {
		*err = why;
		return VV_EMISSING;
	}
	if (!(file = vv_lfs_file(r, &o))) return vv_fail_nomem(err);
	if ((rc = get(*s, &o, file, err)) < 0) {
		return vv_prefix(
			err, "its content is kept by Git LFS, and object %.12s is not here", o.oid);
	}
	*path = vv_take(&file);
	return VV_OK;
}
