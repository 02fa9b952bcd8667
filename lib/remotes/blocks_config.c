/*
 * blocks_config: which words may be in it. The syntax git itself reads, of a blob: so
 * that nothing is included from elsewhere.
 */
#include "lib/remotes/blocks_config.h"

#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/array.h"
#include "base/ascii.h"
#include "base/buf.h"
#include "base/file.h"
#include "base/holder.h"
#include "base/path.h"
#include "base/progress.h"
#include "base/sys.h"
#include "base/text.h"
#include "repo/git/blob.h"
#include "repo/git/config.h"
#include "repo/git/index/worktree.h"
#include "repo/git/ref_name.h"
#include "repo/git/run_git.h"
#include "repo/git/tree.h"
#include "transport/line/url.h"
#include "transport/places/packs/host.h"

#define TEXT_MAX ((size_t)16 << 20)

void vv_blocks_config_clear(vv_blocks_config *c)
{
	vv_free(c->ref);
	vv_string_list_clear(&c->urls);
	vv_string_list_clear(&c->push_urls);
	vv_array_each(c->stores, c->store_count, store) {
		vv_free_all(store->name, store->url, store->push_url);
	}
	vv_free(c->upstream);
	memset(c, 0, sizeof(*c));
}

const vv_store_config *vv_blocks_config_store(const vv_blocks_config *c, const char *name)
{
	const vv_store_config *first = NULL;

	vv_array_each(c->stores, c->store_count, s) {
		if (name ? strcmp(s->name, name) == 0 : s->url && s->usual) return s;
		first = first || !s->url ? first : s;
	}
	return name ? NULL : first;
}

/* "varve-blocks" is a branch; "refs/..." is a full name. */
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

/* Only places on other machines: a commit must not refer to this one. */
static vv_status take_url(vv_string_list *list, const char *value, vv_error *err)
{
	vv_auto(vv_url) u = {0};
	vv_error why;

	if (list->count == VV_BLOCKS_URLS_MAX) {
		return vv_fail(err, VV_EINPUT, VV_BLOCKS_CONFIG " names more than %u URLs",
			       VV_BLOCKS_URLS_MAX);
	}
	if (vv_url_read(&u, value, &why) < 0) {
		return vv_fail(err, VV_EINPUT, VV_BLOCKS_CONFIG ": %s", why.message);
	}
	bool fine = u.kind == VV_URL_SSH || u.kind == VV_URL_HTTP || u.kind == VV_URL_IPFS;
	if (!fine) {
		return vv_fail(err, VV_EINPUT,
			       VV_BLOCKS_CONFIG
			       ": not every clone can reach '%s'\n"
			       "blocks.url and blocks.pushUrl are http, https or ssh "
			       "URLs",
			       vv_text_shows(value));
	}
	return vv_string_list_add(list, vv_strdup(value), err);
}

vv_status vv_store_url_check(const char *url, bool push, vv_error *err)
{
	vv_auto(vv_url) u = {0};

	if (vv_url_read(&u, url, err) < 0) return vv_recode(err, VV_EINPUT);
	const bool secret = u.secret || (u.kind == VV_URL_HTTP && u.user);
	const bool endpoint = u.kind == VV_URL_S3 && u.query && strstr(u.query, "endpoint=");
	const unsigned may = vv_url_scheme_of(&u)->may;
	const bool fine = (may & VV_URL_COMMITS) && !(push && u.kind == VV_URL_HTTP);
	if (secret) {
		return vv_fail(err, VV_EINPUT,
			       "the URL of a store has a user name or password\nremove it, as "
			       "everyone with the repository could read it");
	}
	if ((may & VV_URL_STORES) && !(may & VV_URL_COMMITS)) {
		return vv_fail(err, VV_EINPUT,
			       "'%s' cannot be set by a commit, as each user has to set it\n"
			       "'git config remote.origin.varveUrl %s' does so",
			       vv_text_url(url), vv_text_word(vv_text_url(url)));
	}
	if (endpoint) {
		return vv_fail(err, VV_EINPUT,
			       "'%s' names an endpoint, which a commit cannot set\n"
			       "each user sets it in AWS_ENDPOINT_URL_S3, or as endpoint_url in "
			       "~/.aws/config",
			       vv_text_url(url));
	}
	if (!fine) {
		vv_auto(vv_buf) forms = VV_BUF_INIT;

		vv_url_put_forms(&forms, VV_URL_COMMITS);
		if (forms.failed) return vv_fail_nomem(err);
		return vv_fail(err, VV_EINPUT,
			       "'%s' is not a place for a store\n"
			       "use %s; a store at http or https is read only",
			       vv_text_url(url), vv_buf_cstr(&forms));
	}
	return VV_OK;
}

vv_status vv_store_url_absolute(char **out, vv_repository *r, const char *url, vv_error *err)
{
	const char *work = vv_repository_workdir(r);
	vv_auto(vv_url) u = {0};
	vv_auto(char) *top = NULL;
	vv_status rc = vv_url_read(&u, url, err);

	if (rc < 0) return rc;
	/* git writes the first files of a clone into a folder of varve's */
	if (work && vv_path_below(vv_repository_varvedir(r), work)) {
		if (!(top = vv_path_dir(vv_repository_gitdir(r)))) return vv_fail_nomem(err);
		work = top;
	}
	if (u.kind != VV_URL_PATH || *u.path == '/' || vv_path_is_absolute(u.path)) {
		*out = vv_strdup(u.kind == VV_URL_PATH ? u.path : url);
	} else {
		*out = vv_path_join(work ? work : vv_repository_commondir(r), u.path, (char *)NULL);
	}
	return *out ? VV_OK : vv_fail_nomem(err);
}

static vv_status set_url(char **to, const char *value, bool push, vv_error *err)
{
	if (vv_store_url_check(value, push, err) < 0) return vv_prefix(err, VV_BLOCKS_CONFIG);
	return vv_text_set(to, value, err);
}

/* Settings only for users: a commit cannot set them. */
static vv_status check_key(const char *dot, vv_error *err)
{
	static const struct {
		const char *key, *hint;
	} own[] = {{".requestpayer", "varve.s3RequestPayer"},
		   {".anonymous", "varve.s3Anonymous"},
		   {".endpoint", NULL},
		   {".endpointurl", NULL},
		   {".profile", NULL},
		   {".keyfile", NULL}};

	vv_array_each(own, sizeof(own) / sizeof(own[0]), it) {
		if (strcmp(it->key, dot) != 0) {
			continue;
		}
		vv_fail(err, VV_EINPUT,
			VV_BLOCKS_CONFIG ": '%s' of a store cannot be set here: each user sets it",
			it->key + 1);
		return it->hint
			       ? vv_hint(err, "git config %s VALUE", it->hint)
			       : vv_hint(err,
					 "remove it; each user sets it in AWS's own variables and files");
	}
	return VV_OK;
}

/* "store.NAME.url" */
static vv_status take_store(vv_blocks_config *c, const char *key, const char *value, vv_error *err)
{
	const char *name = key + 6, *dot = strrchr(name, '.');
	const size_t name_len = dot ? (size_t)(dot - name) : 0;
	vv_status rc;

	if (name_len == 0) return VV_OK;
	if ((rc = check_key(dot, err)) < 0) return rc;
	vv_store_config *s = vv_array_find(c->stores, c->store_count, it,
					   strlen(it->name) == name_len &&
						   memcmp(it->name, name, name_len) == 0);
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
	if (strcmp(dot, ".url") == 0) return set_url(&s->url, value, false, err);
	if (strcmp(dot, ".pushurl") == 0) return set_url(&s->push_url, value, true, err);
	s->usual = strcmp(dot, ".default") == 0 ? strcmp(value, "true") == 0 : s->usual;
	return VV_OK;
}

bool vv_blocks_is_store(const char *url)
{
	vv_auto(vv_url) u = {0};

	if (vv_url_read(&u, url, VV_IGNORED) < 0) return false;
	vv_auto(char) *mark = u.kind == VV_URL_PATH
				      ? vv_path_join(u.path, vv_files_mark.file, (char *)NULL)
				      : NULL;
	return (vv_url_scheme_of(&u)->may & VV_URL_IS_PLACE) || (mark && vv_exists(mark));
}

static vv_status take_line(void *payload, const char *key, const char *value,
			   const char *level VV_UNUSED, vv_error *err)
{
	vv_blocks_config *c = payload;

	value = value ? value : "";
	if (strcmp(key, "blocks.url") == 0) return take_url(&c->urls, value, err);
	if (strcmp(key, "blocks.pushurl") == 0) return take_url(&c->push_urls, value, err);
	if (strcmp(key, "blocks.ref") == 0) return take_ref(c, value, err);
	if (strcmp(key, "store.upstream") == 0) return set_url(&c->upstream, value, false, err);
	if (strncmp(key, "store.", 6) == 0) return take_store(c, key, value, err);
	return VV_OK;
}

vv_status vv_blocks_config_parse(vv_blocks_config *out, const char *text, size_t len, vv_error *err)
{
	memset(out, 0, sizeof(*out));
	const vv_status rc = vv_config_parse(text, len, VV_BLOCKS_CONFIG, take_line, out, err);
	if (rc < 0) {
		vv_blocks_config_clear(out);
	}
	return rc;
}

vv_status vv_blocks_config_read(vv_blocks_config *out, vv_repository *r, const vv_oid *commit,
				vv_error *err)
{
	vv_auto(vv_buf) text = VV_BUF_INIT;
	vv_auto(vv_tree_entry) e = {0};
	vv_status rc;

	memset(out, 0, sizeof(*out));
	if (vv_oid_is_null(commit)) return VV_OK;
	if ((rc = vv_tree_entry_at(r, commit, VV_BLOCKS_CONFIG, &e, err)) < 0) {
		return vv_missing_ok(rc, err);
	}
	if ((e.mode & 0170000) != 0100000) return VV_OK;
	rc = vv_blob_read(r, &e.id, TEXT_MAX, &text, err);
	return rc < 0 ? rc : vv_blocks_config_parse(out, vv_buf_cstr(&text), text.len, err);
}

char *vv_blocks_config_path(const vv_repository *r)
{
	return vv_path_join(vv_repository_is_bare(r) ? vv_repository_varvedir(r)
						     : vv_repository_workdir(r),
			    VV_BLOCKS_CONFIG, (char *)NULL);
}

vv_status vv_blocks_config_each(vv_repository *r, vv_config_fn fn, void *payload, vv_error *err)
{
	vv_auto(char) *path = vv_blocks_config_path(r);
	vv_auto(vv_buf) text = VV_BUF_INIT;
	vv_stat st;
	vv_status rc = VV_OK;

	if (!path) return vv_fail_nomem(err);
	if (vv_lstat(&st, path, NULL) == VV_OK && S_ISREG(st.mode)) {
		rc = vv_read_regular(&text, path, TEXT_MAX, err);
	}
	return rc < 0 ? rc
		      : vv_config_parse(vv_buf_cstr(&text), text.len, VV_BLOCKS_CONFIG, fn, payload,
					err);
}

vv_status vv_blocks_config_read_work(vv_blocks_config *out, vv_repository *r, vv_error *err)
{
	memset(out, 0, sizeof(*out));
	const vv_status rc = vv_blocks_config_each(r, take_line, out, err);
	if (rc < 0) {
		vv_blocks_config_clear(out);
	}
	return rc;
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
	*near = vv_nearest_to(word);
	for (size_t i = 0; i < count && words[i * step]; i++) {
		if (vv_ascii_equal(words[i * step], word)) return &words[i * step];
		(void)vv_nearest_try(near, words[i * step]);
	}
	return NULL;
}

typedef struct unknown {
	vv_blocks_config_fn fn;
	void *payload;
	vv_status answer; /* of fn */
	char *before;
} unknown;

/* "section.NAME.word", or a word before any section. */
static vv_status see_word(void *payload, const char *key, const char *value VV_UNUSED,
			  const char *level VV_UNUSED, vv_error *err)
{
	unknown *u = payload;
	const char *dot = strrchr(key, '.'), *word;
	vv_auto(char) *head = vv_strndup(key, strcspn(key, "."));
	vv_auto(vv_buf) said = VV_BUF_INIT;
	const char *const *section;
	vv_nearest near;

	if (!head) return vv_fail_nomem(err);
	section = find_word(known[0], SECTIONS, 11, head, &near);
	word = section && dot ? dot + 1 : head;
	if ((section && find_word(section + 1, 10, 1, word, &near)) ||
	    vv_text_same(word, u->before)) {
		return VV_OK;
	}
	vv_free(u->before);
	if (!(u->before = vv_strdup(word))) return vv_fail_nomem(err);
	vv_buf_printf(&said, VV_BLOCKS_CONFIG ": this varve does not know '%s'",
		      vv_text_shows(word));
	if (near.best) {
		vv_buf_printf(&said, "; did you mean '%s'?", near.best);
	}
	const vv_status rc = vv_buf_ok(&said, err);
	return rc < 0 ? rc : (u->answer = u->fn(u->payload, vv_buf_cstr(&said), err));
}

vv_status vv_blocks_config_unknown(vv_repository *r, vv_blocks_config_fn fn, void *payload,
				   vv_error *err)
{
	unknown u = {.fn = fn, .payload = payload};
	const vv_status rc = vv_blocks_config_each(r, see_word, &u, err);

	vv_free(u.before);
	return vv_error_excuse(rc, rc == VV_EINPUT && u.answer >= 0, err);
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

static vv_status change_line(vv_repository *r, const char *file, const vv_blocks_config_line *l,
			     vv_error *err)
{
	const char *how = "--unset-all";

	if (l->section) {
		how = "--remove-section";
	} else if (l->value) {
		how = "--replace-all";
	}
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
	rc = rc < 0 ? rc : vv_read_regular(text, temp, TEXT_MAX, err);
	/* By their names: the folder cannot be read where no file can be opened. */
	(void)vv_unlink(temp, true, NULL);
	if (rmdir(folder) < 0) {
		(void)vv_remove_tree(folder, NULL);
	}
	return rc;
}

vv_status vv_blocks_config_text(vv_buf *text, vv_repository *r, vv_error *err)
{
	vv_auto(char) *file = vv_blocks_config_path(r);

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
