/*
 * dataset_writer: knows where the inputs of an import come from in a repository: the version before
 * (index, else HEAD), datapackage.json, the caches; and in which order what was made
 * becomes durable: blocks, then pointer blobs; index and refs are the command's.
 */
#include "dataset/table/dataset_writer.h"

#include <fcntl.h>
#include <string.h>
#include <strings.h>

#include "base/hash.h"
#include "base/path.h"
#include "base/sys.h"
#include "base/text.h"
#include "dataset/schema/package.h"
#include "dataset/table/dataset_writer_internal.h"
#include "repo/git/merge/conflict_state.h"

#define LOCK_WAIT_MS 60000u
#define PACKAGE_MAX ((size_t)64 << 20)

/* For the index, when it is written: is the file still that version? */
static bool is_unchanged(void *payload, const char *path, const vv_oid *id)
{
	vv_work_state state;
	vv_error ignored = {0};
	return vv_stage_work_state(payload, path, id, NULL, &state, NULL, &ignored) == VV_OK &&
	       state == VV_WORK_SAME;
}

vv_status vv_stage_open(vv_stage **out, vv_repository *r, const vv_progress *progress,
			vv_error *err)
{
	vv_stage *s = vv_calloc(1, sizeof(*s));
	*out = NULL;
	if (!s) {
		return vv_fail_nomem(err);
	}
	s->repo = r;
	s->progress = progress;
	char *file = vv_path_join(vv_repository_statedir(r), "stat", NULL);
	vv_status rc = file ? vv_stat_cache_open(&s->stats, file, err) : vv_fail_nomem(err);
	vv_free(file);
	if (rc < 0) {
		vv_free(s);
		return rc;
	}
	vv_index_judge_set(r, is_unchanged, s);
	*out = s;
	return VV_OK;
}

void vv_stage_close(vv_stage *s)
{
	if (!s) {
		return;
	}
	vv_error ignored = {0};
	vv_index_judge_set(s->repo, NULL, NULL);
	vv_stat_cache_save(s->stats, &ignored); /* derived: a read-only repository is fine */
	vv_stat_cache_close(s->stats);
	vv_stage_release(s);
	for (size_t i = 0; i < s->blob_count; i++) {
		vv_buf_clear(&s->blobs[i]);
	}
	vv_free(s->blobs);
	vv_index_close(s->index);
	vv_pool_free(s->pool);
	vv_free(s);
}

vv_stat_cache *vv_stage_stats(vv_stage *s)
{
	return s->stats;
}

vv_pool *vv_stage_pool(vv_stage *s)
{
	if (!s->pool) {
		s->pool = vv_pool_new(vv_cpu_count() - 1);
	}
	return s->pool;
}

vv_status stage_store(vv_stage *s, vv_error *err)
{
	return s->store ? VV_OK : vv_repository_store(s->repo, &s->store, err);
}

vv_status stage_secret(vv_stage *s, vv_error *err)
{
	if (s->has_secret) {
		return VV_OK;
	}
	vv_status rc = vv_repository_secret(s->repo, &s->secret, err);
	s->has_secret = rc == VV_OK;
	return rc;
}

vv_status vv_stage_writer(vv_stage *s, vv_writer **out, vv_error *err)
{
	vv_status rc = stage_store(s, err);
	if (rc == VV_OK && !s->writer) {
		rc = vv_writer_open(&s->writer, s->store, LOCK_WAIT_MS, err);
	}
	*out = s->writer;
	return rc;
}

vv_status vv_stage_commit(vv_stage *s, vv_error *err)
{
	vv_status rc = VV_OK;
	if (s->writer && (rc = vv_writer_commit(s->writer, err)) < 0) {
		return rc;
	}
	for (size_t i = 0; i < s->blob_count; i++) {
		vv_oid id;
		if (rc == VV_OK) {
			rc = vv_blob_write(s->repo, s->blobs[i].data, s->blobs[i].len, &id, err);
		}
		vv_buf_clear(&s->blobs[i]);
	}
	s->blob_count = 0;
	return rc;
}

void vv_stage_release(vv_stage *s)
{
	vv_writer_close(s->writer);
	s->writer = NULL;
}

char *stage_scan_file(const vv_stage *s, const char *path)
{
	char name[40];
	vv_hash128 h = vv_xxh3_128(path, strlen(path), 0);
	vv_buf b = VV_BUF_INIT;
	vv_buf_printf(&b, "%016llx%016llx", (unsigned long long)h.hi, (unsigned long long)h.lo);
	if (b.failed) {
		vv_buf_clear(&b);
		return NULL;
	}
	memcpy(name, b.data, 33);
	vv_buf_clear(&b);
	return vv_path_join(vv_repository_varvedir(s->repo), "cache", "scan", name, NULL);
}

vv_status vv_stage_scan_cache(vv_stage *s, const char *path, const vv_cid *root,
			      vv_scan_cache **out, uint64_t *secret, vv_error *err)
{
	vv_status rc = stage_secret(s, err);
	*out = NULL;
	if (rc < 0) {
		return rc;
	}
	*secret = s->secret;
	char *file = stage_scan_file(s, path);
	if (!file) {
		return vv_fail_nomem(err);
	}
	rc = vv_scan_cache_load(out, file, root, s->secret, err);
	vv_free(file);
	return rc;
}

/* A pointer whose blob waits for the blocks to be durable. */
static vv_status keep_blob(vv_stage *s, const vv_buf *text, vv_error *err)
{
	if (s->blob_count == s->blob_cap) {
		size_t cap = s->blob_cap ? s->blob_cap * 2 : 8;
		vv_buf *p = vv_realloc_array(s->blobs, cap, sizeof(*p));
		if (!p) {
			return vv_fail_nomem(err);
		}
		s->blobs = p;
		s->blob_cap = cap;
	}
	vv_buf copy = VV_BUF_INIT;
	vv_buf_put(&copy, text->data, text->len);
	if (vv_buf_ok(&copy, err) < 0) {
		return VV_ENOMEM;
	}
	s->blobs[s->blob_count++] = copy;
	return VV_OK;
}

void vv_staged_init(vv_staged *s)
{
	memset(s, 0, sizeof(*s));
	vv_root_init(&s->result.root);
	vv_root_init(&s->parent_root);
}

void vv_staged_clear(vv_staged *s)
{
	vv_import_result_clear(&s->result);
	vv_root_clear(&s->parent_root);
	vv_buf_clear(&s->pointer);
	vv_free(s->package_path);
	vv_staged_init(s);
}

static vv_status stage_index(vv_stage *s, vv_error *err)
{
	return s->index ? VV_OK : vv_index_open(&s->index, s->repo, err);
}

vv_status vv_stage_pointer(vv_stage *s, const vv_oid *blob, vv_arena *arena, vv_pointer *out,
			   vv_error *err)
{
	vv_buf b = VV_BUF_INIT;
	vv_status rc = vv_blob_read(s->repo, blob, VV_POINTER_MAX, &b, err);
	if (rc == VV_OK) {
		rc = vv_pointer_read(out, arena, b.data ? b.data : "", b.len, err);
	}
	vv_buf_clear(&b);
	return rc;
}

vv_status vv_stage_is_pointer(vv_stage *s, const vv_oid *blob, bool *out, vv_error *err)
{
	uint64_t size;
	vv_buf b = VV_BUF_INIT;
	vv_arena arena = VV_ARENA_INIT;
	vv_pointer p;
	*out = false;
	vv_status rc = vv_blob_size(s->repo, blob, &size, err);
	if (rc < 0 || size > VV_POINTER_MAX) {
		return rc;
	}
	if ((rc = vv_blob_read(s->repo, blob, VV_POINTER_MAX, &b, err)) == VV_OK &&
	    vv_pointer_looks_like(b.data, b.len)) {
		rc = vv_pointer_read(&p, &arena, b.data, b.len, err);
		*out = rc == VV_OK;
		if (rc == VV_EINPUT || rc == VV_ENOSUPPORT) {
			vv_error_clear(err);
			rc = VV_OK;
		}
	}
	vv_arena_clear(&arena);
	vv_buf_clear(&b);
	return rc;
}

/* What the machine refuses is no answer: a parent must not be overlooked for it. */
static vv_status unless_trouble(vv_status rc, vv_error *err)
{
	if (rc == VV_ENOMEM || rc == VV_EIO) {
		return rc;
	}
	vv_error_clear(err);
	return VV_OK;
}

/* The root of the version before: of the index, else of HEAD. None is fine. */
static vv_status find_parent(vv_stage *s, const char *path, const vv_stage_options *opts,
			     vv_staged *out, vv_error *err)
{
	vv_arena arena = VV_ARENA_INIT;
	vv_pointer pointer;
	vv_buf block = VV_BUF_INIT;
	vv_index_entry e;
	vv_head head = {0};
	vv_tree_entry at = {0};
	vv_oid merged;
	bool found = false;
	vv_status rc = VV_OK;
	if (opts->no_parent) {
		return VV_OK;
	}
	if (opts->parent) {
		pointer = *opts->parent;
		found = true;
	}
	if (!found && (rc = stage_index(s, err)) == VV_OK && vv_index_get(s->index, path, &e)) {
		rc = vv_stage_pointer(s, &e.id, &arena, &pointer, err);
		found = rc == VV_OK;
		rc = unless_trouble(rc, err);
	}
	/* In a conflict: the merged version, whose schema and cut may be theirs. */
	if (!found && rc == VV_OK && s->index &&
	    vv_conflict_merged(s->repo, s->index, path, &merged, NULL) == VV_OK) {
		rc = vv_stage_pointer(s, &merged, &arena, &pointer, err);
		found = rc == VV_OK;
		rc = unless_trouble(rc, err);
	}
	if (!found && rc == VV_OK) {
		if ((rc = vv_head_read(s->repo, &head, err)) == VV_OK && !head.unborn &&
		    (rc = vv_tree_entry_at(s->repo, &head.commit, path, &at, err)) == VV_OK) {
			rc = vv_stage_pointer(s, &at.id, &arena, &pointer, err);
			found = rc == VV_OK;
		}
		rc = unless_trouble(rc, err);
	}
	if (rc == VV_OK && found && (rc = stage_store(s, err)) == VV_OK) {
		rc = vv_store_get(s->store, &pointer.root, &block, err);
		if (rc == VV_OK &&
		    (rc = vv_root_decode(&out->parent_root, block.data, block.len, err)) == VV_OK) {
			out->parent = pointer.root;
		} else if (rc == VV_EMISSING) {
			vv_error_clear(err);
			/* all is found anew; the caller warns since out->parent is null */
			rc = VV_OK;
			vv_buf_puts(
				&out->result.warnings,
				"the blocks of the version before are not here: types, key and cut are found anew\n");
		}
	}
	vv_head_clear(&head);
	vv_tree_entry_clear(&at);
	vv_buf_clear(&block);
	vv_arena_clear(&arena);
	return rc;
}

static vv_status read_work_file(void *payload, const char *path, vv_buf *out, vv_error *err)
{
	vv_stage *s = payload;
	char *file = vv_repository_file(s->repo, path);
	if (!file) {
		return vv_fail_nomem(err);
	}
	vv_status rc = vv_read_file(out, file, PACKAGE_MAX, err);
	vv_free(file);
	return rc;
}

/* What is asked on the command line goes before what the package says. */
static void merge_hints(vv_sniff_hints *into, const vv_sniff_hints *user)
{
	if (user->has_form) {
		into->has_form = true;
		into->form = user->form;
	}
	into->delimiter = user->delimiter >= 0 ? user->delimiter : into->delimiter;
	into->quote = user->quote >= 0 ? user->quote : into->quote;
	into->escape = user->escape >= 0 ? user->escape : into->escape;
	into->header = user->header >= 0 ? user->header : into->header;
}

/* *guess: only the name says that it is a table. */
static vv_kind kind_for(const char *path, const vv_stage_options *opts, const vv_staged *out,
			bool *guess)
{
	static const char *const tables[] = {"csv", "tsv", "ndjson", "jsonl"};
	const char *ext = vv_path_ext(path);
	*guess = false;
	if (opts->has_kind) {
		return opts->kind;
	}
	if (!vv_cid_is_null(&out->parent)) {
		return out->parent_root.kind;
	}
	if (opts->hints.has_form || opts->hints.delimiter >= 0) {
		return VV_KIND_TABLE;
	}
	for (size_t i = 0; i < sizeof(tables) / sizeof(tables[0]); i++) {
		if (strcasecmp(ext, tables[i]) == 0) {
			*guess = true;
			return VV_KIND_TABLE;
		}
	}
	return VV_KIND_FILE;
}

/* All inputs of one import, gathered. */
typedef struct inputs {
	vv_import_options opts;
	vv_package_resource package;
	bool has_package;
	vv_schema schema; /* of the package, for its key */
	vv_scan_cache *cache;
	char *scan_file, *temp;
} inputs;

static void inputs_clear(inputs *in)
{
	if (in->has_package) {
		vv_package_resource_clear(&in->package);
	}
	vv_schema_clear(&in->schema);
	vv_scan_cache_free(in->cache);
	vv_free(in->scan_file);
	vv_free(in->temp);
}

static vv_status take_package(vv_stage *s, const char *path, inputs *in, vv_staged *out,
			      vv_error *err)
{
	vv_error missing = {0};
	vv_status rc = VV_ENOTFOUND;
	if (vv_repository_workdir(s->repo)) {
		rc = vv_package_find(&in->package, path, read_work_file, s, &missing);
	}
	if (rc == VV_ENOTFOUND) {
		return VV_OK;
	}
	if (rc < 0) {
		if (err) {
			*err = missing;
		}
		return rc;
	}
	in->has_package = true;
	out->package = true;
	out->package_path = vv_strdup(in->package.package_path);
	in->opts.hints = in->package.hints;
	if (!out->package_path) {
		return vv_fail_nomem(err);
	}
	if (in->package.schema.len > 0) {
		in->opts.schema = in->package.schema.data;
		in->opts.schema_len = in->package.schema.len;
		rc = vv_schema_read(&in->schema, in->opts.schema, in->opts.schema_len,
				    in->package.package_path, err);
		if (rc == VV_OK && in->package.has_key) {
			in->opts.key = (const char *const *)in->schema.primary_key;
			in->opts.key_source = VV_KEY_PACKAGE;
		}
	}
	return rc < 0 ? rc : VV_OK;
}

static vv_status gather(vv_stage *s, const char *path, const vv_stage_options *opts, bool dry,
			inputs *in, vv_staged *out, vv_error *err)
{
	vv_status rc;
	in->opts.hints = (vv_sniff_hints)VV_SNIFF_HINTS_INIT;
	if ((rc = stage_store(s, err)) < 0 || (rc = stage_secret(s, err)) < 0 ||
	    (rc = find_parent(s, path, opts, out, err)) < 0) {
		return rc;
	}
	in->opts.kind = kind_for(path, opts, out, &in->opts.may_be_file);
	in->opts.parent = vv_cid_is_null(&out->parent) ? NULL : &out->parent_root;
	in->opts.secret = s->secret;
	in->opts.pool = vv_stage_pool(s);
	in->opts.progress = s->progress;
	in->temp = vv_path_join(vv_repository_varvedir(s->repo), "cache", NULL);
	in->scan_file = stage_scan_file(s, path);
	if (!in->temp || !in->scan_file || !in->opts.pool) {
		return vv_fail_nomem(err);
	}
	in->opts.temp_dir = in->temp;
	if (!dry && (rc = vv_mkdirs(in->temp, err)) < 0) {
		return rc;
	}
	if (in->opts.kind == VV_KIND_TABLE) {
		if ((rc = take_package(s, path, in, out, err)) < 0) {
			return rc;
		}
		in->opts.may_be_file &= !in->has_package;
		merge_hints(&in->opts.hints, &opts->hints);
		if (in->opts.parent &&
		    (rc = vv_scan_cache_load(&in->cache, in->scan_file, &out->parent, s->secret,
					     err)) < 0) {
			return rc;
		}
		in->opts.cache = in->cache;
		if (opts->key) {
			in->opts.key = opts->key;
			in->opts.key_source = opts->key[0] ? VV_KEY_DECLARED : VV_KEY_NONE;
		}
	}
	return VV_OK;
}

void vv_stage_keep(vv_stage *s, vv_mem_sink *blocks)
{
	s->kept = blocks;
}

/* Imports source and makes the pointer. */
static vv_status import_source(vv_stage *s, const char *path, const vv_source *source,
			       const vv_stage_options *opts, bool dry, vv_staged *out,
			       vv_error *err)
{
	inputs in = {0};
	vv_sink sink;
	vv_writer *writer = NULL;
	vv_writer_stats before = {0}, after = {0};
	vv_buf early = VV_BUF_INIT; /* warnings from before the import */
	uint64_t start = vv_monotonic_ms();
	vv_status rc;
	vv_schema_init(&in.schema);
	rc = gather(s, path, opts, dry, &in, out, err);
	early = out->result.warnings;
	out->result.warnings = (vv_buf)VV_BUF_INIT;
	if (rc == VV_OK && !dry) {
		rc = vv_stage_writer(s, &writer, err);
	}
	if (rc < 0) {
		goto done;
	}
	if (dry && s->kept && in.opts.parent) {
		vv_mem_sink_use(&sink, s->kept);
	} else if (dry) {
		vv_sink_dry(&sink, s->store);
	} else {
		vv_sink_writer(&sink, writer);
		vv_writer_stats_get(writer, &before);
	}
	if ((rc = vv_import(&out->result, source, &sink, &in.opts, err)) < 0) {
		goto done;
	}
	vv_buf_put(&early, vv_buf_cstr(&out->result.warnings), out->result.warnings.len);
	vv_buf_clear(&out->result.warnings);
	out->result.warnings = early;
	early = (vv_buf)VV_BUF_INIT;
	out->unchanged = !vv_cid_is_null(&out->parent) &&
			 vv_cid_equal(&out->parent, &out->result.cid);
	vv_buf_reset(&out->pointer);
	if ((rc = vv_root_pointer(&out->pointer, &out->result.cid, &out->result.root, err)) < 0 ||
	    (rc = vv_blob_id(out->pointer.data, out->pointer.len, &out->blob, err)) < 0 || dry) {
		goto done;
	}
	vv_writer_stats_get(writer, &after);
	out->stored.blocks_new = after.blocks_new - before.blocks_new;
	out->stored.blocks_known = after.blocks_known - before.blocks_known;
	out->stored.raw_bytes = after.raw_bytes - before.raw_bytes;
	out->stored.stored_bytes = after.stored_bytes - before.stored_bytes;
	if (out->result.cache) {
		rc = vv_scan_cache_save(out->result.cache, in.scan_file, s->secret, err);
	}
	if (rc == VV_OK) {
		rc = keep_blob(s, &out->pointer, err);
	}
done:
	out->ms = vv_monotonic_ms() - start;
	vv_buf_clear(&early);
	inputs_clear(&in);
	return rc;
}

vv_status vv_stage_stream(vv_stage *s, const char *path, const vv_source *source,
			  const vv_stage_options *opts, vv_staged *out, vv_error *err)
{
	return import_source(s, path, source, opts, false, out, err);
}

/* A small file that holds a pointer's text: *is_pointer, and blob and pointer set. */
static vv_status take_pointer_text(int fd, const char *name, const vv_stat *st, vv_staged *out,
				   bool *is_pointer, vv_error *err)
{
	char head[16];
	vv_arena arena = VV_ARENA_INIT;
	vv_pointer p;
	vv_status rc = VV_OK;
	*is_pointer = false;
	if (st->size == 0 || st->size > VV_POINTER_MAX) {
		return VV_OK;
	}
	ssize_t n = vv_pread_full(fd, head, sizeof(head), 0, name, err);
	if (n < 0) {
		return (vv_status)n;
	}
	if (!vv_pointer_looks_like(head, (size_t)n)) {
		return VV_OK;
	}
	vv_buf_reset(&out->pointer);
	if (!vv_buf_reserve(&out->pointer, (size_t)st->size)) {
		return vv_fail_nomem(err);
	}
	n = vv_pread_full(fd, out->pointer.data, (size_t)st->size, 0, name, err);
	if (n < 0) {
		return (vv_status)n;
	}
	out->pointer.len = vv_pointer_strip_cr(out->pointer.data, (size_t)n);
	if ((rc = vv_pointer_read(&p, &arena, out->pointer.data, out->pointer.len, err)) < 0) {
		vv_prefix(err, "%s", vv_text_shows(name));
	} else {
		*is_pointer = true;
		out->result.cid = p.root;
		rc = vv_blob_id(out->pointer.data, out->pointer.len, &out->blob, err);
	}
	vv_arena_clear(&arena);
	return rc;
}

/* One attempt; *changed when the file was written to meanwhile. */
static vv_status stage_once(vv_stage *s, const char *path, const char *file,
			    const vv_stage_options *opts, bool dry, vv_staged *out,
			    bool *is_pointer, bool *changed, vv_error *err)
{
	vv_stat before, after;
	vv_source source;
	vv_fd_source fds;
	int64_t sec;
	uint32_t nsec;
	*changed = false;
	int fd = vv_open(file, O_RDONLY | O_NOFOLLOW | O_NONBLOCK, 0, err);
	if (fd < 0) {
		return (vv_status)fd;
	}
	vv_now(&sec, &nsec);
	vv_status rc = vv_fstat(&before, fd, path, err);
	if (rc == VV_OK && !S_ISREG(before.mode)) {
		rc = vv_fail(err, VV_EINPUT, "'%s' is not a regular file", vv_text_shows(path));
	}
	if (rc < 0 || (rc = take_pointer_text(fd, path, &before, out, is_pointer, err)) < 0) {
		goto done;
	}
	if (!*is_pointer) {
		vv_source_fd(&source, &fds, fd, path, before.size);
		rc = import_source(s, path, &source, opts, dry, out, err);
	}
	vv_error unread = {0};
	if (vv_fstat(&after, fd, path, &unread) < 0 || !vv_stat_equal(&before, &after) ||
	    vv_lstat(&after, file, &unread) < 0 || !vv_stat_equal(&before, &after)) {
		*changed = true;
	}
	out->st = before;
	if (rc == VV_OK && !*changed && !*is_pointer) {
		rc = vv_stat_cache_set(s->stats, path, &before, &out->blob, sec, nsec, err);
	}
done:
	vv_close(fd, NULL, NULL);
	return rc;
}

vv_status vv_stage_file(vv_stage *s, const char *path, const vv_stage_options *opts, bool dry,
			vv_staged *out, bool *is_pointer, vv_error *err)
{
	char *file = vv_repository_file(s->repo, path);
	vv_status rc = VV_OK;
	bool changed = false;
	if (!file) {
		return vv_fail_nomem(err);
	}
	for (unsigned attempt = 0; attempt < 2; attempt++) {
		vv_staged_clear(out);
		rc = stage_once(s, path, file, opts, dry, out, is_pointer, &changed, err);
		if (!changed) {
			break;
		}
	}
	if (changed) {
		rc = vv_fail(err, VV_EINPUT, "'%s' changes while it is read", vv_text_shows(path));
		vv_hint(err, "wait until whoever writes it is done, and add it again");
	}
	vv_free(file);
	return rc;
}

/* The index also holds the stat of files that were left as pointers. */
static bool begins_as_pointer(const char *file, const vv_stat *st)
{
	char head[32];
	int fd = st->size <= VV_POINTER_MAX ? vv_open(file, O_RDONLY, 0, NULL) : -1;
	ssize_t n = fd < 0 ? 0 : vv_read_full(fd, head, sizeof(head), file, NULL);
	if (fd >= 0) {
		vv_close(fd, file, NULL);
	}
	return n > 0 && vv_pointer_looks_like(head, (size_t)n);
}

vv_status vv_stage_work_state(vv_stage *s, const char *path, const vv_oid *index_blob,
			      const vv_index_entry *entry, vv_work_state *out, vv_staged *staged,
			      vv_error *err)
{
	vv_staged own;
	vv_stat st;
	vv_oid known;
	vv_error missing = {0};
	bool is_pointer = false;
	vv_stage_options opts = VV_STAGE_OPTIONS_INIT;
	char *file = vv_repository_file(s->repo, path);
	if (!file) {
		return vv_fail_nomem(err);
	}
	vv_status rc = vv_lstat(&st, file, &missing);
	bool regular = rc == VV_OK && S_ISREG(st.mode);
	bool cached = regular && vv_stat_cache_get(s->stats, path, &st, &known) &&
		      vv_oid_equal(&known, index_blob);
	bool maybe_pointer = regular && !cached && begins_as_pointer(file, &st);
	vv_free(file);
	if (!regular || cached) {
		*out = cached ? VV_WORK_SAME : rc == VV_ENOTFOUND ? VV_WORK_DELETED : VV_WORK_OTHER;
		return VV_OK;
	}
	if (entry && !maybe_pointer && (rc = stage_index(s, err)) == VV_OK &&
	    vv_index_stat_clean(s->index, entry, &st)) {
		*out = VV_WORK_SAME;
		return VV_OK;
	}
	vv_staged_init(&own);
	vv_staged *into = staged ? staged : &own;
	rc = vv_stage_file(s, path, &opts, true, into, &is_pointer, err);
	if (rc == VV_OK) {
		bool same = vv_oid_equal(&into->blob, index_blob);
		*out = is_pointer && same ? VV_WORK_POINTER
		       : same             ? VV_WORK_SAME
					  : VV_WORK_MODIFIED;
	}
	vv_staged_clear(&own);
	return rc;
}

vv_status vv_stage_line(vv_stage *s, const char *path, uint64_t offset, uint64_t *line,
			vv_error *err)
{
	vv_source source;
	vv_fd_source fds;
	char *file = vv_repository_file(s->repo, path);
	if (!file) {
		return vv_fail_nomem(err);
	}
	int fd = vv_open(file, O_RDONLY, 0, err);
	vv_free(file);
	if (fd < 0) {
		return (vv_status)fd;
	}
	vv_source_fd(&source, &fds, fd, path, 0);
	vv_status rc = source.line(source.payload, offset, line, err);
	vv_close(fd, NULL, NULL);
	return rc;
}
