/*
 * imported: the lines of .varveconfig that name a source, and the way of its blocks.
 */
#include "lib/clone/imported.h"

#include <stdatomic.h>
#include <stddef.h>
#include <string.h>
#include <unistd.h>

#include "base/array.h"
#include "base/ascii.h"
#include "base/codec.h"
#include "base/file.h"
#include "base/hash.h"
#include "base/hint.h"
#include "base/holder.h"
#include "base/json/json.h"
#include "base/path.h"
#include "base/sys.h"
#include "base/text.h"
#include "dataset/table/root.h"
#include "lib/clone/cached.h"
#include "lib/names/version.h"
#include "lib/remotes/block_peers.h"
#include "lib/remotes/blocks_config.h"
#include "lib/remotes/reach.h"
#include "lib/remotes/transfer.h"
#include "lib/sync/fetch_data.h"
#include "lib/sync/needed.h"
#include "lib/sync/on_demand.h"
#include "lib/tables/dataset_import.h"
#include "lib/tables/dataset_reader.h"
#include "lib/tables/dataset_writer.h"
#include "repo/git/blob.h"
#include "repo/git/history/history.h"
#include "repo/git/index/index.h"
#include "repo/git/merge/renames.h"
#include "repo/known/incoming.h"
#include "transport/http/download.h"

#define PREFIX "import."
#define TEMP ".varve-import-"
#define PACKAGE_MAX (4u << 20)
#define MODE 0100644u
#define KEPT                                                                                       \
	"refs/varve/imports/" /* and a hash of the path: the last update, as its source has it */

/* The lines, in their order. */
static const struct line {
	const char *key;
	size_t at;
} lines[] = {{"url", offsetof(vv_imported, url)},
	     {"path", offsetof(vv_imported, path)},
	     {"rev", offsetof(vv_imported, rev)},
	     {"commit", offsetof(vv_imported, commit)},
	     {"modified", offsetof(vv_imported, modified)},
	     {"etag", offsetof(vv_imported, etag)},
	     {"sha256", offsetof(vv_imported, sha256)},
	     {"root", offsetof(vv_imported, root)},
	     {"licence", offsetof(vv_imported, licence)},
	     {"link", offsetof(vv_imported, link)},
	     {"unsigned", offsetof(vv_imported, unsigned_refs)}};
#define LINES (sizeof(lines) / sizeof(*lines))

static char **line_member(vv_imported *i, const struct line *l)
{
	return (char **)(void *)((char *)i + l->at);
}

static const char *line_value(const vv_imported *i, const struct line *l)
{
	return *(char *const *)(const void *)((const char *)i + l->at);
}

void vv_imported_clear(vv_imported *i)
{
	vv_array_each(lines, LINES, line) {
		vv_free(*line_member(i, line));
	}
	vv_free(i->to);
	*i = (vv_imported){.to = NULL};
}

vv_status vv_imported_dup(vv_imported *out, const vv_imported *i, vv_error *err)
{
	vv_status rc = vv_text_set(&out->to, i->to, err);

	vv_array_each(lines, LINES, line) {
		rc = rc < 0 ? rc : vv_text_set(line_member(out, line), line_value(i, line), err);
	}
	return rc;
}

void vv_imported_list_clear(vv_imported_list *l)
{
	vv_array_clear(l->items, l->count, it, vv_imported_clear(it));
	*l = (vv_imported_list){NULL, 0, 0};
}

/* ---- lines ---- */

const vv_imported *vv_imported_find(const vv_imported_list *l, const char *to)
{
	return vv_array_find(l->items, l->count, it, strcmp(it->to, to) == 0);
}

/* "import.PATH.KEY" */
static vv_status take_line(void *payload, const char *name, const char *text,
			   const char *level VV_UNUSED, vv_error *err)
{
	const bool is_import = strncmp(name, PREFIX, strlen(PREFIX)) == 0;
	const char *to = is_import ? name + strlen(PREFIX) : "", *dot = strrchr(to, '.');
	vv_imported_list *l = payload;
	char **at = NULL;
	vv_imported *i;

	if (!dot || dot == to || !text) return VV_OK;
	vv_auto(char) *path = vv_strndup(to, (size_t)(dot - to));
	if (!path) return vv_fail_nomem(err);
	if (!(i = (vv_imported *)(uintptr_t)vv_imported_find(l, path))) {
		if (!vv_array_add(l->items, l->count, l->cap,
				  (vv_imported){.to = vv_take(&path)})) {
			return vv_fail_nomem(err);
		}
		i = &l->items[l->count - 1];
	}
	for (size_t k = 0; k < LINES && !at; k++) {
		at = strcmp(lines[k].key, dot + 1) == 0 ? line_member(i, &lines[k]) : NULL;
	}
	return at ? vv_text_set(at, text, err) : VV_OK;
}

static vv_status check_list(const vv_imported_list *l, vv_error *err)
{
	const char *lacking;

	vv_array_each(l->items, l->count, i) {
		if (vv_path_check(i->to, err) < 0) return vv_prefix(err, VV_BLOCKS_CONFIG);
		if (!i->root) {
			lacking = "root";
		} else if (!i->url) {
			lacking = "url";
		} else {
			lacking = NULL;
		}
		if (lacking) {
			return vv_fail(err, VV_EINPUT,
				       VV_BLOCKS_CONFIG ": the import '%s' has no %s",
				       vv_text_shows(i->to), lacking);
		}
	}
	return VV_OK;
}

vv_status vv_imported_read(vv_imported_list *out, vv_repository *r, vv_error *err)
{
	*out = (vv_imported_list){NULL, 0, 0};
	const vv_status rc = vv_blocks_config_each(r, take_line, out, err);
	return rc < 0 ? rc : check_list(out, err);
}

vv_status vv_imported_write(vv_buf *text, vv_repository *r, const vv_imported *i, vv_error *err)
{
	vv_blocks_config_line changed[LINES] = {{.key = NULL}};
	vv_auto(vv_arena) arena = {0};

	for (size_t k = 0; k < LINES; k++) {
		changed[k].key = vv_arena_printf(&arena, PREFIX "%s.%s", i->to, lines[k].key);
		changed[k].value = line_value(i, &lines[k]);
		if (!changed[k].key) return vv_fail_nomem(err);
	}
	return vv_blocks_config_change(text, r, changed, LINES, err);
}

/* ---- the source ---- */

/* The name of the first licence of a datapackage.json beside the table; NULL: none is named. */
static vv_status read_licence(char **out, vv_subject *s, vv_error *err)
{
	vv_auto(vv_buf) text = VV_BUF_INIT, path = VV_BUF_INIT;
	const char *slash = strrchr(s->path, '/'), *name;
	const vv_json *all;
	vv_json *root;
	vv_auto(vv_arena) arena = {0};

	*out = NULL;
	vv_buf_printf(&path, "%.*sdatapackage.json", slash ? (int)(slash - s->path) + 1 : 0,
		      s->path);
	if (path.failed || vv_subject_beside(s, path.data, &text, VV_IGNORED) < 0 ||
	    text.len > PACKAGE_MAX) {
		return path.failed ? vv_fail_nomem(err) : VV_OK;
	}
	if (vv_json_read(&root, &arena, text.data, text.len, path.data, VV_IGNORED) == VV_OK &&
	    (all = vv_json_get(root, "licenses")) != NULL && all->type == VV_JSON_ARRAY &&
	    all->first && (name = vv_json_get_string(all->first, "name")) != NULL) {
		*out = vv_strdup(name);
	}
	return VV_OK;
}

/* The file's path after it was renamed, in the last commit that had to do with it. *moved: it was; *seen: there is such
 * a commit. */
static vv_status find_rename(char **path, bool *moved, bool *seen, vv_repository *there,
			     const vv_oid *now, vv_error *err)
{
	const char *paths[] = {*path, NULL};
	const vv_range range = {.include = *now};
	const vv_log_options o = {.ranges = &range, .range_count = 1, .paths = paths};
	vv_auto(vv_changed_files) files = {.items = NULL};
	vv_auto(vv_commit) c = {.parents = NULL};
	vv_auto(vv_log) *log = NULL;
	vv_on_demand *demand = NULL; /* their blocks show how similar tables are */
	vv_oid id;
	vv_status rc = vv_log_open(&log, there, &o, err);

	*moved = *seen = false;
	if (rc < 0 || (rc = (vv_status)vv_log_next(log, &id, err)) < 0) return rc;
	*seen = rc > 0;
	if (rc > 0 && (rc = vv_commit_read(there, &id, &c, err)) == VV_OK &&
	    (rc = vv_on_demand_begin(&demand, there, false, err)) == VV_OK) {
		rc = vv_changed_files_read(&files, there, c.parents, &id, NULL, err);
		vv_on_demand_end(demand);
	}
	for (size_t k = 0; rc == VV_OK && !*moved && k < files.count; k++) {
		const vv_changed_file *f = &files.items[k];

		if (f->old_path && strcmp(f->old_path, *path) == 0) {
			*moved = true;
			rc = vv_text_set(path, f->change.path, err);
		}
	}
	return rc;
}

static vv_status follow_rename(vv_imported *i, vv_repository *there, const vv_oid *now,
			       vv_error *err)
{
	bool moved, seen;
	vv_status rc = find_rename(&i->path, &moved, &seen, there, now, err);

	if (rc < 0 || moved) return rc;
	vv_fail(err, VV_ENOTFOUND, "%s no longer has '%s'", vv_text_url(i->url),
		vv_text_shows(i->path));
	return vv_hint(err,
		       "if the table has another path there, set it: 'git config "
		       "-f " VV_BLOCKS_CONFIG " \"import.%s.path\" PATH', and commit this change",
		       vv_text_shows(i->to));
}

/* At most; in a history of several branches renames may lead around in a ring. */
#define RENAMES_MAX 32u

/* Reads the source's version: commit, path, root and licence. */
static vv_status read_source(vv_imported *i, vv_cid *root, vv_repository *there, vv_error *err)
{
	vv_auto(vv_dataset_reader) *reader = NULL;
	vv_oid commit;
	vv_auto(vv_subject) s = {0};
	vv_status rc;

	if ((rc = vv_dataset_reader_open(&reader, there, NULL, err)) < 0 ||
	    (rc = vv_rev_commit(there, i->rev ? i->rev : "HEAD", &commit, err)) < 0) {
		return rc;
	}
	rc = vv_subject_find(&s, there, reader,
			     &(vv_version_name){.path = i->path, .commit = &commit}, err);
	for (unsigned n = 0; rc == VV_ENOTFOUND && i->commit && n < RENAMES_MAX; n++) {
		if ((rc = follow_rename(i, there, &commit, err)) < 0) return rc;
		rc = vv_subject_find(&s, there, reader,
				     &(vv_version_name){.path = i->path, .commit = &commit}, err);
	}
	if (rc == VV_OK && !s.is_dataset) {
		vv_fail(err, VV_EUSAGE, "'%s' is not stored as a table at %s",
			vv_text_shows(i->path), vv_text_url(i->url));
		rc = vv_hint_code(err, VV_HINT_GET);
	}
	if (rc == VV_OK) {
		*root = s.root;
		vv_free(i->licence);
		if ((rc = read_licence(&i->licence, &s, err)) == VV_OK &&
		    (rc = vv_text_set(&i->commit, vv_oid_shows(&commit), err)) == VV_OK) {
			rc = vv_text_set(&i->root, vv_cid_shows(root), err);
		}
	}
	return rc;
}

/* Into the cache, and from there into the repository; each of both checks every block. */
static vv_status bring_blocks(vv_repository *r, vv_repository *there, const char *folder,
			      const vv_cid *root, vv_error *err)
{
	vv_strings from = {&folder, 1};
	const vv_strings remotes = {NULL, 0};
	vv_fetch_data whole = {.repo = there, .from = &remotes};
	vv_auto(vv_needed) *n = NULL;
	const vv_notes *notes = vv_repository_notes(r);
	vv_status rc = vv_fetch_data_run(&whole, root, err);

	if (rc < 0) return rc;
	vv_repository_listen(r, NULL); /* the cache's path is meaningless to the user */
	n = vv_needed_new_from(r, &from);
	vv_repository_listen(r, notes);
	if (!n) return vv_fail_nomem(err);
	return vv_needed_fetch(n, root, err);
}

/* --- a file --- */

vv_status vv_imported_site(char **out, const vv_imported *i, vv_error *err)
{
	*out = vv_strndup(i->url, i->path ? strlen(i->url) : strcspn(i->url, "?"));
	return *out ? VV_OK : vv_fail_nomem(err);
}

/* Does the file begin as a page does? Servers send one with status 200 for a login, a limit or an outage. */
static bool is_page(int fd)
{
	static const char *const starts[] = {"<!doctype html", "<html"};
	char head[512];
	ssize_t n = pread(fd, head, sizeof(head) - 1, 0);

	head[n > 0 ? n : 0] = '\0';
	size_t at = strspn(head, " \t\r\n\xEF\xBB\xBF");
	return vv_array_find(starts, sizeof(starts) / sizeof(starts[0]), it,
			     vv_ascii_compare(head + at, *it, strlen(*it)) == 0) != NULL;
}

static vv_status refuse_body(const vv_imported *i, vv_error *err, const char *what)
{
	if (!i->root) {
		return vv_fail(err, VV_EREFUSED,
			       "%s was not imported as %s: %s\n--force accepts it",
			       vv_text_url(i->url), vv_text_shows(i->to), what);
	}
	vv_fail(err, VV_EREFUSED, "%s was not taken as the next version of %s: %s",
		vv_text_url(i->url), vv_text_shows(i->to), what);
	return vv_hint_code(err, VV_HINT_UPDATE_FORCE, i->to);
}

static size_t count_common(const vv_table *a, const vv_table *b)
{
	size_t common = 0;

	vv_array_each(b->schema.fields, b->columns, f) {
		common += vv_schema_find(&a->schema, f->name, f->name_len) >= 0;
	}
	return common;
}

/* A table that lost its columns or most of its rows, or ends within a line, is hardly what its maintainer meant. */
static vv_status check_body(const vv_imported *i, vv_repository *r, const vv_cid *was,
			    const vv_cid *is, vv_error *err)
{
	vv_auto(vv_table) a = {0}, b = {0};
	vv_auto(vv_buf) what = VV_BUF_INIT;
	vv_status rc;

	if ((rc = vv_dataset_open(&a, r, was, err)) < 0 ||
	    (rc = vv_dataset_open(&b, r, is, err)) < 0) {
		return rc;
	}
	if (a.columns > 0 && count_common(&a, &b) == 0) {
		vv_buf_puts(&what, "none of the old columns exists");
	} else if (b.root.rows < a.root.rows - a.root.rows / 2) {
		vv_buf_printf(&what, "%s in place of ", vv_text_counted(b.root.rows, "row", NULL));
		vv_buf_puts(&what, vv_text_count(a.root.rows));
	} else if (a.root.dialect.final_newline && !b.root.dialect.final_newline) {
		vv_buf_puts(&what, "its last line has no line end");
	}
	if ((rc = vv_buf_ok(&what, err)) < 0) return rc;
	return what.len == 0 ? VV_OK : refuse_body(i, err, vv_buf_cstr(&what));
}

static vv_status fail_base(const vv_imported *i, vv_error *err)
{
	vv_fail(err, VV_EMISSING,
		"the last imported version of %s is missing in this clone, so edits made since "
		"then cannot be found",
		vv_text_shows(i->to));
	return vv_hint_code(err, VV_HINT_UPDATE_FORCE, i->to);
}

vv_status vv_imported_store(vv_imported *i, vv_cid *root, vv_repository *r, int fd, uint64_t size,
			    bool anything, vv_error *err)
{
	vv_auto(vv_dataset_writer) *w = NULL;
	vv_auto(vv_dataset_found) found = {0};
	vv_dataset_options o = VV_DATASET_OPTIONS_INIT;
	vv_pointer before = {.bytes = 0};
	vv_fd_source storage;
	vv_source source;
	vv_store *store;
	vv_status rc = VV_OK;

	if (!anything && is_page(fd)) return refuse_body(i, err, "it is a web page (HTML)");
	if (!anything && size == 0) return refuse_body(i, err, "it is empty");
	vv_source_fd(&source, &storage, fd, i->url, size);
	o.as_named = true;
	if (i->root && (rc = vv_cid_parse(&before.root, i->root, strlen(i->root), err)) == VV_OK &&
	    (rc = vv_repository_store(r, &store, err)) == VV_OK) {
		o.parent = vv_store_has(store, &before.root) ? &before : NULL;
		o.looks_back = true;
	}
	if (rc == VV_OK && i->root && !o.parent && !anything) return fail_base(i, err);
	if (rc < 0 || (rc = source.again(source.payload, err)) < 0 ||
	    (rc = vv_dataset_writer_open(&w, r, NULL, err)) < 0 ||
	    (rc = vv_dataset_writer_stream(w, i->to, &source, &o, &found, err)) < 0) {
		return rc;
	}
	if (found.result.root.kind != VV_KIND_TABLE) {
		return vv_fail(err, VV_EINPUT, "'%s' cannot be read as a table",
			       vv_text_url(i->url));
	}
	if (i->warnings) {
		vv_buf_put(i->warnings, found.result.warnings.data, found.result.warnings.len);
	}
	if ((rc = vv_dataset_writer_commit(w, err)) < 0 ||
	    (!anything && i->root &&
	     (rc = check_body(i, r, &before.root, &found.result.cid, err)) < 0)) {
		return rc;
	}
	*root = found.result.cid;
	return vv_text_set(&i->root, vv_cid_shows(root), err);
}

static vv_status take_facts(vv_imported *i, http_download *d, vv_error *err)
{
	char hex[2 * VV_SHA256_LEN + 1];

	vv_hex_write(hex, d->digest, VV_SHA256_LEN);
	hex[2 * VV_SHA256_LEN] = '\0';
	vv_free_all(i->etag, i->modified);
	i->etag = vv_take(&d->etag_now);
	i->modified = vv_take(&d->modified_now);
	return vv_text_set(&i->sha256, hex, err);
}

static vv_status ask_file(vv_imported *i, vv_cid *root, vv_repository *r, int fd, const char *temp,
			  bool anything, vv_error *err)
{
	vv_auto(http_download) d = {.url = i->url,
				    .etag = i->root ? i->etag : NULL,
				    .modified = i->root ? i->modified : NULL,
				    .fd = fd,
				    .file = temp,
				    .digest_kind = VV_DIGEST_SHA256};
	vv_auto(vv_transfer) t = {.repo = NULL};
	vv_auto(char) *known = i->sha256 ? vv_strdup(i->sha256) : NULL;
	vv_status rc = vv_transfer_open(&t, r, vv_repository_notes(r), true, 0, err);

	if (rc < 0 || (rc = http_download_run(&d, &t.connect, err)) < 0) return rc;
	if (d.moved) {
		vv_notes_warn(t.notes,
			      "the source of %s has moved to %s: set this URL in " VV_BLOCKS_CONFIG,
			      vv_text_shows(i->to), vv_text_url(d.moved));
	}
	if (d.same) return vv_cid_parse(root, i->root, strlen(i->root), err);
	if ((rc = take_facts(i, &d, err)) < 0) return rc;
	if (i->root && known && strcmp(known, i->sha256) == 0) {
		return vv_cid_parse(root, i->root, strlen(i->root), err);
	}
	return vv_imported_store(i, root, r, fd, d.bytes, anything, err);
}

static vv_status fetch_file(vv_imported *i, vv_cid *root, vv_repository *r, bool anything,
			    vv_error *err)
{
	vv_auto(vv_new_file) f = {0};

	if (vv_env_get(vv_repository_env(r), VV_OFFLINE_VAR)) {
		return vv_fail(err, VV_EMISSING,
			       "'%s' is on a server, and --offline forbids contacting it",
			       vv_text_url(i->url));
	}
	vv_temp_sweep(vv_repository_varvedir(r), TEMP);
	vv_status rc = vv_new_file_open(&f, vv_repository_varvedir(r), TEMP, err);
	return rc < 0 ? rc : ask_file(i, root, r, f.fd, f.temp, anything, err);
}

vv_status vv_imported_fetch(vv_imported *i, vv_cid *root, vv_repository *r, bool anything,
			    vv_error *err)
{
	const vv_cached_options o = {.env = vv_repository_env(r),
				     .notes = vv_repository_notes(r),
				     .must_answer = i->root != NULL,
				     .allow_unsigned = i->unsigned_refs &&
						       strcmp(i->unsigned_refs, "true") == 0};
	vv_auto(vv_cached) *c = NULL;
	vv_auto(vv_repository) *there = NULL;
	vv_store *store;
	vv_cid was;
	const bool was_known = i->root &&
			       vv_cid_parse(&was, i->root, strlen(i->root), VV_IGNORED) == VV_OK;
	vv_status rc;

	if (!i->path) return fetch_file(i, root, r, anything, err);
	if ((rc = vv_cached_open(&c, i->url, &o, err)) < 0 ||
	    (rc = vv_repository_open(&there, vv_cached_folder(c), o.env, err)) < 0) {
		return rc;
	}
	vv_repository_listen(there, o.notes);
	if ((rc = vv_text_set(&i->url, vv_cached_url(c), err)) < 0 ||
	    (rc = vv_cached_check_signed(c, there, i->rev ? i->rev : "HEAD", err)) < 0 ||
	    (rc = read_source(i, root, there, err)) < 0 ||
	    (rc = vv_repository_store(r, &store, err)) < 0) {
		return rc;
	}
	if (was_known && !vv_store_has(store, &was) &&
	    (rc = bring_blocks(r, there, vv_cached_folder(c), &was, VV_IGNORED)) < 0 && !anything) {
		return fail_base(i, err);
	}
	/* Existing blocks may be of a killed import, with its leftovers. */
	return vv_store_has(store, root) ? vv_incoming_tidy(r, err)
					 : bring_blocks(r, there, vv_cached_folder(c), root, err);
}

vv_status vv_imported_may(vv_transfer *t, const vv_imported *i, vv_error *err)
{
	const vv_remote none = {.url = ""};
	vv_auto(vv_buf) site = VV_BUF_INIT;
	vv_auto(char) *url = NULL;
	bool yes = true;
	vv_status rc = vv_imported_site(&url, i, err);

	if (rc < 0 || (rc = vv_block_peer_site(&site, url, err)) < 0 || site.len == 0 ||
	    (rc = vv_block_peer_is_trusted(t, &none, url, &yes, err)) < 0 || yes) {
		return rc;
	}
	return vv_fail(err, VV_EREFUSED,
		       "the host of %s is not trusted\n'git config --global --add "
		       "varve.trustedHost %s' trusts it",
		       vv_text_url(url), site.data);
}

/* ---- blocks of linked versions ---- */

/* A source of linked versions, which is contacted only when a block is needed. */
typedef struct linked {
	char *url;
	const vv_env *env;
	const vv_notes *notes;
	vv_cached *cached;
	vv_repository *there; /* in the cache; NULL: not yet */
	vv_store *store;
} linked;

static void close_linked(void *payload)
{
	linked *l = payload;

	vv_repository_close(l->there);
	vv_cached_close(l->cached);
	vv_free_all(l->url, l);
}

static vv_status open_cache(linked *l, vv_error *err)
{
	const vv_cached_options o = {.env = l->env, .notes = l->notes};
	vv_status rc;

	if (l->there) return VV_OK;
	if ((rc = vv_cached_open(&l->cached, l->url, &o, err)) < 0 ||
	    (rc = vv_repository_open(&l->there, vv_cached_folder(l->cached), l->env, err)) < 0 ||
	    (rc = vv_repository_store(l->there, &l->store, err)) < 0) {
		vv_repository_close(l->there);
		vv_cached_close(l->cached);
		l->there = NULL;
		l->cached = NULL;
		return rc;
	}
	vv_repository_listen(l->there, l->notes);
	return VV_OK;
}

/* A version is requested by its root first, and fetched into the cache completely. */
static vv_status give_linked(void *source, const vv_lacking *wants, size_t count,
			     vv_peer_block_fn fn, void *payload, vv_error *err)
{
	const vv_strings remotes = {NULL, 0};
	vv_auto(vv_buf) bytes = VV_BUF_INIT, stored = VV_BUF_INIT;
	linked *l = source;
	vv_error why;
	vv_status rc = open_cache(l, err);

	for (size_t i = 0; rc == VV_OK && i < count; i++) {
		const vv_cid *cid = &wants[i].cid;
		vv_block_received b = {.cid = *cid, .base = wants[i].like, .as_stored = true};
		vv_fetch_data whole = {.repo = l->there, .from = &remotes};
		vv_status got = vv_store_has(l->store, cid) ? VV_OK
							    : vv_fetch_data_run(&whole, cid, &why);

		got = got < 0 ? got
			      : vv_store_get_form(l->store, cid, &bytes, &stored, &b.form, &why);
		if (got < 0 && got != VV_EMISSING && got != VV_ENOTFOUND) {
			return vv_error_copy(err, &why);
		}
		b.bytes = vv_buf_cstr(&bytes);
		b.len = bytes.len;
		rc = fn(payload, i, got < 0 ? NULL : &b, err);
	}
	return rc;
}

static vv_status open_linked(vv_transfer *t, vv_supplier *out, size_t max, size_t *count,
			     const char *url, vv_error *err)
{
	vv_imported i = {.path = (char *)(uintptr_t) ""};
	linked *l;
	vv_status rc;

	*count = 0;
	if (!url || max == 0) return VV_OK;
	i.url = (char *)(uintptr_t)url + strlen(VV_LINK_SCHEME);
	if ((rc = vv_imported_may(t, &i, err)) < 0) return rc;
	if (!(l = vv_calloc(1, sizeof(*l))) || !(l->url = vv_strdup(i.url))) {
		vv_free(l);
		return vv_fail_nomem(err);
	}
	l->env = vv_repository_env(t->repo);
	l->notes = t->notes;
	*out = (vv_supplier){.name = url,
			     .id = vv_speed_source(url),
			     .source = give_linked,
			     .payload = l,
			     .close = close_linked};
	*count = 1;
	return VV_OK;
}

void vv_imported_suppliers_register(void)
{
	static atomic_flag busy = ATOMIC_FLAG_INIT;

	while (atomic_flag_test_and_set(&busy)) {
	}
	vv_reach_add_kind(VV_LINK_SCHEME, NULL, open_linked);
	atomic_flag_clear(&busy);
}

/* ---- the commit of an update ---- */

vv_status vv_imported_pointer(vv_oid *out, vv_repository *r, const vv_cid *version, vv_error *err)
{
	vv_auto(vv_buf) pointer = VV_BUF_INIT;
	vv_auto(vv_root) root = {0};
	vv_store *store;
	vv_status rc;

	if ((rc = vv_repository_store(r, &store, err)) < 0 ||
	    (rc = vv_root_load(&root, store, version, err)) < 0 ||
	    (rc = vv_root_pointer(&pointer, version, &root, err)) < 0) {
		return rc;
	}
	return vv_blob_write(r, vv_buf_cstr(&pointer), pointer.len, out, err);
}

static vv_status set_version(vv_index *x, vv_repository *r, const char *to, const char *version,
			     vv_error *err)
{
	vv_cid cid;
	vv_oid blob;
	vv_status rc;

	if ((rc = vv_cid_parse(&cid, version, strlen(version), err)) < 0 ||
	    (rc = vv_imported_pointer(&blob, r, &cid, err)) < 0) {
		return rc;
	}
	return vv_index_set(x, to, MODE, &blob, NULL, err);
}

static vv_status set_lines(vv_index *x, vv_repository *r, const char *was, const vv_imported *i,
			   vv_error *err)
{
	vv_auto(vv_buf) text = VV_BUF_INIT;
	vv_auto(char) *section = vv_asprintf(PREFIX "%s", was);
	const vv_blocks_config_line gone = {.key = section, .section = true};
	vv_index_entry e;
	vv_oid blob;
	vv_status rc = vv_alloc_ok(section, err);

	if (rc == VV_OK && vv_index_get(x, VV_BLOCKS_CONFIG, &e)) {
		rc = vv_blob_read(r, &e.id, PACKAGE_MAX, &text, err);
	}
	if (rc == VV_OK && strcmp(was, i->to) != 0) {
		rc = vv_blocks_config_change(&text, r, &gone, 1, err);
	}
	if (rc < 0 || (rc = vv_imported_write(&text, r, i, err)) < 0 ||
	    (rc = vv_blob_write(r, text.data, text.len, &blob, err)) < 0) {
		return rc;
	}
	return vv_index_set(x, VV_BLOCKS_CONFIG, MODE, &blob, NULL, err);
}

/* Merged with edits neither version is in the history, and the next update needs one of them: for gc. */
static vv_status keep_base_ref(vv_repository *r, const char *to, const vv_oid *commit,
			       vv_error *err)
{
	vv_auto(char) *ref = vv_asprintf(KEPT "%016llx",
					 (unsigned long long)vv_xxh3(to, strlen(to), 0));

	return ref ? vv_ref_update(r, ref, commit, NULL, true, "update", err) : vv_fail_nomem(err);
}

vv_status vv_imported_here(vv_imported *i, bool *removed, vv_repository *r, vv_error *err)
{
	vv_auto(vv_index) *x = NULL;
	vv_auto(vv_head) head = {0};
	vv_index_entry e;
	bool moved = true;
	vv_status rc = vv_head_read(r, &head, err);

	*removed = false;
	if (rc < 0 || head.unborn || (rc = vv_index_open_tree(&x, r, &head.commit, err)) < 0) {
		return rc;
	}
	for (unsigned n = 0; moved && n < RENAMES_MAX && !vv_index_get(x, i->to, &e); n++) {
		rc = find_rename(&i->to, &moved, removed, r, &head.commit, err);
		if (rc < 0) return rc;
		*removed = *removed && !moved;
	}
	return VV_OK;
}

vv_status vv_imported_commit(vv_oid *out, vv_repository *r, const vv_imported *before,
			     const vv_imported *now, vv_error *err)
{
	vv_auto(vv_index) *x = NULL;
	vv_auto(vv_head) head = {0};
	vv_index_entry e;
	vv_oid base;
	vv_status rc;

	vv_auto(char) *message = vv_asprintf(
		"Update %s from %s\n\n%s %s there.\n", now->to, vv_text_url(now->url),
		now->path ? "Commit" : "SHA-256", now->path ? now->commit : now->sha256);
	if ((rc = vv_alloc_ok(message, err)) < 0 || (rc = vv_head_read(r, &head, err)) < 0) {
		return rc;
	}
	if (head.unborn || (rc = vv_index_open_tree(&x, r, &head.commit, err)) < 0 ||
	    !vv_index_get(x, now->to, &e)) {
		if (rc < 0) return rc;
		return vv_fail(err, VV_ENOTFOUND,
			       "'%s' is not in the last commit\n"
			       "commit the imported files, then update them",
			       vv_text_shows(now->to));
	}
	/* A missing previous version means that the update was forced: it overrides edits. */
	rc = set_version(x, r, now->to, before->root, err);
	if ((rc < 0 && rc != VV_EMISSING) ||
	    (rc = vv_index_write_commit(&base, x, &head.commit, message, err)) < 0 ||
	    (rc = set_version(x, r, now->to, now->root, err)) < 0 ||
	    (rc = set_lines(x, r, before->to, now, err)) < 0 ||
	    (rc = vv_index_write_commit(out, x, &base, message, err)) < 0) {
		return rc;
	}
	return keep_base_ref(r, now->to, out, err);
}

vv_status vv_imported_keep(vv_repository *r, const char *to, const vv_cid *version,
			   const char *message, vv_error *err)
{
	vv_auto(vv_index) *x = NULL;
	vv_auto(vv_head) head = {0};
	vv_oid id;
	vv_status rc;

	if ((rc = vv_head_read(r, &head, err)) < 0 ||
	    (rc = vv_index_open_tree(&x, r, &head.commit, err)) < 0 ||
	    (rc = set_version(x, r, to, vv_cid_shows(version), err)) < 0 ||
	    (rc = vv_index_write_commit(&id, x, &head.commit, message, err)) < 0) {
		return rc;
	}
	return keep_base_ref(r, to, &id, err);
}
