/*
 * blocks_config: which words may be in it. The syntax git itself reads, of a blob: so
 * that nothing is included from elsewhere.
 */
#include "lib/remotes/blocks_config.h"

#include <string.h>
#include <strings.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/file.h"
#include "base/holder.h"
#include "base/path.h"
#include "base/progress.h"
#include "base/sys.h"
#include "base/text.h"
#include "repo/git/index/worktree.h"
#include "repo/git/ref_name.h"
#include "repo/git/run_git.h"
#include "repo/git/tree.h"
#include "transport/line/url.h"
#include "transport/places/packs/host.h"

void vv_blocks_config_clear(vv_blocks_config *c)
{
	vv_free(c->ref);
	for (size_t i = 0; i < c->url_count; i++) {
		vv_free(c->urls[i]);
	}
	for (size_t i = 0; i < c->push_count; i++) {
		vv_free(c->push_urls[i]);
	}
	for (size_t i = 0; i < c->store_count; i++) {
		vv_free_all(c->stores[i].name, c->stores[i].url, c->stores[i].push_url);
	}
	vv_free(c->upstream);
	memset(c, 0, sizeof(*c));
}

const vv_store_config *vv_blocks_config_store(const vv_blocks_config *c, const char *name)
{
	const vv_store_config *first = NULL;

	for (size_t i = 0; i < c->store_count; i++) {
		const vv_store_config *s = &c->stores[i];
		if (name ? strcmp(s->name, name) == 0 : s->url && s->usual) return s;
		first = first || !s->url ? first : s;
	}
	return name ? NULL : first;
}

/* "varve-blocks" is a branch; "refs/..." is what it says. */
static vv_status take_ref(vv_blocks_config *c, const char *value, vv_error *err)
{
	const char *name = strncmp(value, "refs/", 5) == 0 ? value + 5 : value;

	if (vv_ref_name_check(name, VV_IGNORED) < 0 || (name != value && !strchr(name, '/'))) {
		return vv_fail(err, VV_EINPUT, VV_BLOCKS_CONFIG ": '%s' is not the name of a ref",
			       vv_text_shows(value));
	}
	vv_free(c->ref);
	c->ref = vv_asprintf("%s%s", name == value ? "refs/heads/" : "", value);
	return c->ref ? VV_OK : vv_fail_nomem(err);
}

/* Places on other machines only: what a commit says is not to reach into this one. */
static vv_status take_url(char **list, size_t *count, const char *value, vv_error *err)
{
	vv_auto(vv_url) u = {0};
	vv_error why;

	if (*count == VV_BLOCKS_URLS_MAX) {
		return vv_fail(err, VV_EINPUT, VV_BLOCKS_CONFIG " names more than %u URLs",
			       VV_BLOCKS_URLS_MAX);
	}
	if (vv_url_read(&u, value, &why) < 0) {
		return vv_fail(err, VV_EINPUT, VV_BLOCKS_CONFIG ": %s", why.message);
	}
	bool fine = u.kind == VV_URL_SSH || u.kind == VV_URL_HTTP || u.kind == VV_URL_IPFS;
	if (!fine) {
		return vv_fail(err, VV_EINPUT,
			       VV_BLOCKS_CONFIG ": not every clone can reach '%s'\n"
						"blocks.url is an http, https or ssh URL",
			       vv_text_shows(value));
	}
	list[*count] = vv_strdup(value);
	return list[(*count)++] ? VV_OK : vv_fail_nomem(err);
}

vv_status vv_store_url_check(const char *url, bool push, vv_error *err)
{
	vv_auto(vv_url) u = {0};
	vv_error why;

	if (vv_url_read(&u, url, &why) < 0) {
		return vv_fail(err, VV_EINPUT, VV_BLOCKS_CONFIG ": %s", why.message);
	}
	const bool secret = u.secret || (u.kind == VV_URL_HTTP && u.user);
	const bool endpoint = u.kind == VV_URL_S3 && u.query && strstr(u.query, "endpoint=");
	const bool rclone = u.kind == VV_URL_RCLONE;
	const bool fine = u.kind == VV_URL_S3 || u.kind == VV_URL_SFTP || u.kind == VV_URL_PATH ||
			  (u.kind == VV_URL_HTTP && !push);
	if (secret) {
		return vv_fail(err, VV_EINPUT,
			       VV_BLOCKS_CONFIG ": a password in a store's URL\n"
						"everyone with the repository has the password");
	}
	if (rclone) {
		return vv_fail(err, VV_EINPUT,
			       VV_BLOCKS_CONFIG ": '%s' is each user's to set\n"
						"git config remote.origin.varveUrl %s",
			       vv_text_url(url), vv_text_url(url));
	}
	if (endpoint) {
		return vv_fail(err, VV_EINPUT,
			       VV_BLOCKS_CONFIG
			       ": '%s' names an endpoint\n"
			       "where requests are sent to is each user's to say: "
			       "AWS_ENDPOINT_URL_S3, or endpoint_url in ~/.aws/config",
			       vv_text_url(url));
	}
	if (!fine) {
		return vv_fail(err, VV_EINPUT,
			       VV_BLOCKS_CONFIG
			       ": '%s' is not a place for a store\n"
			       "a store is s3://bucket/prefix, sftp://host/folder, or a folder; "
			       "one at http or https is read only",
			       vv_text_url(url));
	}
	return VV_OK;
}

static vv_status set_text(char **to, const char *value, vv_error *err)
{
	vv_free(*to);
	*to = vv_strdup(value);
	return *to ? VV_OK : vv_fail_nomem(err);
}

/* What each user says alone: a commit cannot. */
static vv_status check_key(const char *dot, size_t len, vv_error *err)
{
	static const struct {
		const char *key, *hint;
	} own[] = {{".requestpayer", "varve.s3RequestPayer"},
		   {".anonymous", "varve.s3Anonymous"},
		   {".endpoint", NULL},
		   {".endpointurl", NULL},
		   {".profile", NULL},
		   {".keyfile", NULL}};

	for (size_t i = 0; i < sizeof(own) / sizeof(own[0]); i++) {
		if (strlen(own[i].key) != len || memcmp(own[i].key, dot, len) != 0) {
			continue;
		}
		vv_fail(err, VV_EINPUT, VV_BLOCKS_CONFIG ": '%s' of a store is each user's to set",
			own[i].key + 1);
		return own[i].hint
			       ? vv_hint(err, "git config %s VALUE", own[i].hint)
			       : vv_hint(err, "take it out; AWS's own variables and files have it");
	}
	return VV_OK;
}

/* "store.NAME.url" */
static vv_status take_store(vv_blocks_config *c, const char *key, size_t len, const char *value,
			    vv_error *err)
{
	const char *name = key + 6, *dot = name;
	vv_store_config *s = NULL;
	vv_status rc = VV_OK;

	for (const char *p = name; p < key + len; p++) {
		dot = *p == '.' ? p : dot;
	}
	const size_t name_len = (size_t)(dot - name), what = (size_t)(key + len - dot);
	if (name_len == 0) return VV_OK;
	if ((rc = check_key(dot, what, err)) < 0) return rc;
	for (size_t i = 0; i < c->store_count; i++) {
		if (strlen(c->stores[i].name) == name_len &&
		    memcmp(c->stores[i].name, name, name_len) == 0) {
			s = &c->stores[i];
		}
	}
	if (!s && c->store_count == VV_BLOCKS_URLS_MAX) {
		return vv_fail(err, VV_EINPUT, VV_BLOCKS_CONFIG " names more than %u stores",
			       VV_BLOCKS_URLS_MAX);
	}
	if (!s) {
		s = &c->stores[c->store_count];
		memset(s, 0, sizeof(*s));
		if (!(s->name = vv_strndup(name, name_len))) return vv_fail_nomem(err);
		c->store_count++;
	}
	if (what == 4 && memcmp(dot, ".url", what) == 0) {
		if ((rc = vv_store_url_check(value, false, err)) == VV_OK) {
			rc = set_text(&s->url, value, err);
		}
	} else if (what == 8 && memcmp(dot, ".pushurl", what) == 0) {
		if ((rc = vv_store_url_check(value, true, err)) == VV_OK) {
			rc = set_text(&s->push_url, value, err);
		}
	} else if (what == 8 && memcmp(dot, ".default", what) == 0) {
		s->usual = strcmp(value, "true") == 0;
	}
	return rc;
}

bool vv_blocks_is_store(const char *url)
{
	bool is = false;
	vv_url u;

	if (vv_url_read(&u, url, VV_IGNORED) == VV_OK) {
		vv_auto(char) *mark = u.kind == VV_URL_PATH
					      ? vv_path_join(u.path, vv_files_mark.file,
							     (char *)NULL)
					      : NULL;
		is = u.kind == VV_URL_S3 || u.kind == VV_URL_SFTP || u.kind == VV_URL_RCLONE ||
		     (mark && vv_exists(mark));
		vv_url_clear(&u);
	}
	return is;
}

/* "blocks.url\nVALUE" of len bytes, and NUL. */
static vv_status take(vv_blocks_config *c, const char *key, size_t len, vv_error *err)
{
	const char *line = memchr(key, '\n', len), *value = line ? line + 1 : "";
	size_t n = line ? (size_t)(line - key) : len;

	if (n == 10 && memcmp(key, "blocks.url", n) == 0) {
		return take_url(c->urls, &c->url_count, value, err);
	}
	if (n == 14 && memcmp(key, "blocks.pushurl", n) == 0) {
		return take_url(c->push_urls, &c->push_count, value, err);
	}
	if (n == 14 && memcmp(key, "store.upstream", n) == 0) {
		vv_status rc = vv_store_url_check(value, false, err);
		return rc < 0 ? rc : set_text(&c->upstream, value, err);
	}
	if (n > 6 && memcmp(key, "store.", 6) == 0) return take_store(c, key, n, value, err);
	return n == 10 && memcmp(key, "blocks.ref", n) == 0 ? take_ref(c, value, err) : VV_OK;
}

vv_status vv_blocks_config_parse(vv_blocks_config *out, const char *text, size_t len, vv_error *err)
{
	const char *end;
	vv_status rc = VV_OK;

	memset(out, 0, sizeof(*out));
	for (const char *p = text; rc == VV_OK && len > 0; p = end + 1) {
		if (!(end = memchr(p, '\0', len))) {
			break; /* of a git that was ended */
		}
		rc = take(out, p, (size_t)(end - p), err);
		len -= (size_t)(end - p) + 1;
	}
	if (rc < 0) {
		vv_blocks_config_clear(out);
	}
	return rc;
}

/* where: "--blob=ID", "--file=PATH" */
static vv_status list_lines(vv_buf *text, vv_repository *r, const char *where, vv_error *err)
{
	const char *args[] = {"config", "--no-includes", "-z", where, "--list", NULL};
	vv_auto(vv_buf) said = VV_BUF_INIT;
	vv_git_call run = {.args = args, .repo = r, .output = text};
	int code = 0;
	vv_status rc = vv_git_run(&run, &said, &code, err);

	if (rc == VV_OK && code != 0 &&
	    (rc = vv_git_explain(VV_BLOCKS_CONFIG " cannot be read", &said, code, err)) < 0) {
		rc = vv_recode(err, VV_EINPUT);
	}
	return rc;
}

static vv_status read_from(vv_blocks_config *out, vv_repository *r, const char *where,
			   vv_error *err)
{
	vv_auto(vv_buf) text = VV_BUF_INIT;
	const vv_status rc = list_lines(&text, r, where, err);

	return rc < 0 ? rc : vv_blocks_config_parse(out, text.data, text.len, err);
}

vv_status vv_blocks_config_read(vv_blocks_config *out, vv_repository *r, const vv_oid *commit,
				vv_error *err)
{
	char blob[VV_OID_TEXT + 8] = "--blob=";
	vv_auto(vv_tree_entry) e = {0};

	memset(out, 0, sizeof(*out));
	if (vv_oid_is_null(commit) ||
	    vv_tree_entry_at(r, commit, VV_BLOCKS_CONFIG, &e, VV_IGNORED) < 0) {
		return VV_OK;
	}
	vv_oid_text(blob + 7, &e.id);
	bool file = (e.mode & 0170000) == 0100000;
	return file ? read_from(out, r, blob, err) : VV_OK;
}

/* "--file=PATH" of the file in the work tree; NULL: there is none. */
static vv_status find_work_file(char **out, vv_repository *r, vv_error *err)
{
	const char *work = vv_repository_workdir(r);
	vv_auto(char) *where = work ? vv_asprintf("--file=%s/" VV_BLOCKS_CONFIG, work) : NULL;
	vv_stat st;

	*out = NULL;
	if (work && !where) return vv_fail_nomem(err);
	if (where && vv_lstat(&st, where + 7, NULL) == VV_OK && S_ISREG(st.mode)) {
		*out = vv_take(&where);
	}
	return VV_OK;
}

vv_status vv_blocks_config_read_work(vv_blocks_config *out, vv_repository *r, vv_error *err)
{
	vv_auto(char) *where = NULL;
	const vv_status rc = find_work_file(&where, r, err);

	memset(out, 0, sizeof(*out));
	return where ? read_from(out, r, where, err) : rc;
}

/* ---- names that mean nothing ---- */

/* Sections, and the names in each. */
static const char *const known[][11] = {{"blocks", "url", "pushUrl", "ref"},
					{"store", "url", "pushUrl", "default", "upstream"},
					{"vault", "id", "copies", "code", "min"},
					{"import", "url", "path", "rev", "commit", "modified",
					 "etag", "sha256", "root", "licence", "link"}};
#define SECTIONS (sizeof(known) / sizeof(known[0]))

/* The section or name of len bytes among these words; NULL, and near has the nearest one. */
static const char *const *find_word(const char *const *words, size_t count, size_t step,
				    const char *word, vv_nearest *near)
{
	vv_nearest_init(near, word);
	for (size_t i = 0; i < count && words[i * step]; i++) {
		if (strcasecmp(words[i * step], word) == 0) return &words[i * step];
		(void)vv_nearest_try(near, words[i * step]);
	}
	return NULL;
}

vv_status vv_blocks_config_unknown(vv_repository *r, vv_blocks_config_fn fn, void *payload,
				   vv_error *err)
{
	vv_auto(char) *where = NULL;
	vv_auto(vv_buf) text = VV_BUF_INIT;
	const char *before = NULL;
	vv_status rc = find_work_file(&where, r, err);

	if (!where || list_lines(&text, r, where, VV_IGNORED) < 0) return rc;
	/* "section.NAME.word NL value NUL"; what is not NAME in small letters */
	for (size_t at = 0, size; rc == VV_OK && at < text.len; at += size) {
		char *key = (char *)text.data + at, *word, *dot;
		const char *const *section;
		vv_auto(vv_buf) said = VV_BUF_INIT;
		vv_nearest near;

		size = strlen(key) + 1;
		key[strcspn(key, "\n")] = '\0';
		if (!(word = strrchr(key, '.'))) {
			continue;
		}
		dot = strchr(key, '.');
		*dot = '\0';
		section = find_word(known[0], SECTIONS, 11, key, &near);
		word = section ? word + 1 : key;
		if ((section && find_word(section + 1, 10, 1, word, &near)) ||
		    vv_text_same(word, before)) {
			continue;
		}
		before = word;
		vv_buf_printf(&said, VV_BLOCKS_CONFIG ": this varve does not know '%s'",
			      vv_text_shows(word));
		if (near.best) {
			vv_buf_printf(&said, "; did you mean '%s'?", near.best);
		}
		rc = (rc = vv_buf_ok(&said, err)) < 0 ? rc : fn(payload, vv_buf_cstr(&said), err);
	}
	return rc;
}

static vv_status warn_of(void *payload, const char *what, vv_error *err VV_UNUSED)
{
	vv_notes_warn(vv_repository_notes(payload), "%s", what);
	return VV_OK;
}

void vv_blocks_config_warn(vv_repository *r)
{
	(void)vv_blocks_config_unknown(r, warn_of, r, VV_IGNORED);
}

/* ---- changing it ---- */

#define TEMP ".varve-config-"
#define TEXT_MAX ((size_t)1 << 20)

static vv_status change_line(vv_repository *r, const char *file, const vv_blocks_config_line *l,
			     vv_error *err)
{
	const char *how = l->section ? "--remove-section"
			  : l->value ? "--replace-all"
				     : "--unset-all";
	const char *args[] = {"config", "--file", file, how, l->key, l->value, NULL};
	const vv_git_call run = {.args = args, .repo = r};
	vv_auto(vv_buf) said = VV_BUF_INIT;
	int code = 0;
	const vv_status rc = vv_git_run(&run, &said, &code, err);

	return rc < 0 ? rc
	       : code == 0 || (!l->value && !l->section && code == 5) /* it was not set */
		       ? VV_OK
		       : vv_git_explain(VV_BLOCKS_CONFIG, &said, code, err);
}

vv_status vv_blocks_config_change(vv_buf *text, vv_repository *r,
				  const vv_blocks_config_line *lines, size_t count, vv_error *err)
{
	char name[sizeof(TEMP) + VV_TEMP_RANDOM] = TEMP;
	static const char probe[4096] = "";
	vv_auto(char) *folder = NULL, *temp = NULL;
	vv_error why;
	vv_status rc;

	/* A folder: git has its lock beside the file. */
	vv_temp_sweep(vv_repository_varvedir(r), TEMP);
	vv_temp_name(name + strlen(TEMP));
	folder = vv_path_join(vv_repository_varvedir(r), name, (char *)NULL);
	temp = vv_path_join(folder ? folder : "", "config", (char *)NULL);
	if (!folder || !temp) return vv_fail_nomem(err);
	if ((rc = vv_mkdirs(folder, err)) < 0) return rc;
	rc = vv_write_file(temp, vv_buf_cstr(text), text->len, false, err);
	for (size_t k = 0; rc == VV_OK && k < count; k++) {
		rc = change_line(r, temp, &lines[k], err);
	}
	if (rc < 0 && vv_write_file(temp, probe, sizeof(probe), false, &why) < 0) {
		*err = why; /* a full disk, which git does not name */
		rc = why.code;
	}
	vv_buf_reset(text);
	rc = rc < 0 ? rc : vv_read_file(text, temp, TEXT_MAX, err);
	/* By their names: the folder cannot be read where no file can be opened. */
	(void)vv_unlink(temp, true, NULL);
	if (rmdir(folder) < 0) {
		(void)vv_remove_tree(folder, NULL);
	}
	return rc;
}

vv_status vv_blocks_config_text(vv_buf *text, vv_repository *r, vv_error *err)
{
	vv_auto(char) *file = vv_repository_file(r, VV_BLOCKS_CONFIG);

	if (!file) return vv_fail_nomem(err);
	return vv_exists(file) ? vv_read_regular(text, file, TEXT_MAX, err) : VV_OK;
}

vv_status vv_blocks_config_change_work(vv_repository *r, const vv_blocks_config_line *lines,
				       size_t count, vv_error *err)
{
	vv_auto(vv_buf) text = VV_BUF_INIT;
	vv_status rc;

	if (vv_repository_is_bare(r)) {
		return vv_fail(err, VV_EUSAGE,
			       "a bare repository has no " VV_BLOCKS_CONFIG " to write to");
	}
	if ((rc = vv_blocks_config_text(&text, r, err)) < 0 ||
	    (rc = vv_blocks_config_change(&text, r, lines, count, err)) < 0) {
		return rc;
	}
	return vv_worktree_write_bytes(r, VV_BLOCKS_CONFIG, vv_buf_cstr(&text), text.len, true,
				       err);
}
