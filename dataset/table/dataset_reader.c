/*
 * dataset_reader: what table is at a place of a repository. Knows where the inputs of an
 * import come from: the version before (index, else HEAD), datapackage.json, the caches.
 */
#include "dataset/table/dataset_reader.h"

#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "base/array.h"
#include "base/file.h"
#include "base/hash.h"
#include "base/path.h"
#include "base/sys.h"
#include "base/text.h"
#include "dataset/schema/package.h"
#include "dataset/table/package_fit.h"
#include "repo/git/history/refs.h"
#include "repo/git/index/index.h"
#include "repo/git/merge/conflict_state.h"
#include "repo/git/tree.h"

#define PACKAGE_MAX ((size_t)64 << 20)

/* A datapackage.json, and whether it or what it names is not as the index and HEAD have it. */
typedef struct known_package {
	char *path;
	bool edited;
} known_package;

struct vv_dataset_reader {
	vv_repository *repo;
	const vv_progress *progress;
	vv_store *store; /* the repository's, when first needed */
	vv_pool *pool;
	vv_mem_sink *kept; /* where dry imports put their blocks; NULL: nowhere */
	vv_stat_cache *stats;
	vv_index *index; /* as it was when first needed: for parents and stats */
	uint64_t secret;
	bool has_secret;
	char *folder; /* the last one in which a package was looked for, and whether one is new */
	bool new_package;
	known_package *packages; /* those that were asked for, by path */
	size_t package_count, package_cap;
	vv_oid head; /* when it was first needed */
	bool head_known, unborn;
};

static vv_status open_store(vv_dataset_reader *r, vv_error *err)
{
	return r->store ? VV_OK : vv_repository_store(r->repo, &r->store, err);
}

static vv_status open_index(vv_dataset_reader *r, vv_error *err)
{
	return r->index ? VV_OK : vv_index_open(&r->index, r->repo, err);
}

vv_status vv_dataset_reader_index(vv_dataset_reader *r, const vv_index **out, vv_error *err)
{
	vv_status rc;

	if (r->index && !vv_index_is_current(r->index)) {
		vv_index_close(r->index);
		r->index = NULL;
	}
	rc = open_index(r, err);
	*out = r->index;
	return rc;
}

/* For the index, when it is written: is the file still that version? */
static bool is_unchanged(void *payload, const char *path, const vv_oid *id)
{
	vv_work_state state;
	vv_error ignored = {0};
	return vv_dataset_reader_work_state(payload, path, id, NULL, &state, NULL, &ignored) ==
		       VV_OK &&
	       state == VV_WORK_SAME;
}

vv_status vv_dataset_reader_open(vv_dataset_reader **out, vv_repository *repo,
				 const vv_progress *progress, vv_error *err)
{
	vv_dataset_reader *r = vv_calloc(1, sizeof(*r));
	*out = NULL;
	if (!r) {
		return vv_fail_nomem(err);
	}
	r->repo = repo;
	r->progress = progress;
	char *file = vv_path_join(vv_repository_statedir(repo), "stat", NULL);
	vv_status rc = file ? vv_stat_cache_open(&r->stats, file, err) : vv_fail_nomem(err);
	vv_free(file);
	if (rc < 0) {
		vv_free(r);
		return rc;
	}
	vv_index_judge_set(repo, is_unchanged, r);
	*out = r;
	return VV_OK;
}

void vv_dataset_reader_close(vv_dataset_reader *r)
{
	if (!r) {
		return;
	}
	vv_error ignored = {0};
	vv_index_judge_set(r->repo, NULL, NULL);
	vv_stat_cache_save(r->stats, &ignored); /* derived: a read-only repository is fine */
	vv_stat_cache_close(r->stats);
	for (size_t i = 0; i < r->package_count; i++) {
		vv_free(r->packages[i].path);
	}
	vv_free(r->packages);
	vv_free(r->folder);
	vv_index_close(r->index);
	vv_pool_free(r->pool);
	vv_free(r);
}

vv_repository *vv_dataset_reader_repository(const vv_dataset_reader *r)
{
	return r->repo;
}

const vv_progress *vv_dataset_reader_progress(const vv_dataset_reader *r)
{
	return r->progress;
}

vv_stat_cache *vv_dataset_reader_stats(vv_dataset_reader *r)
{
	return r->stats;
}

vv_pool *vv_dataset_reader_pool(vv_dataset_reader *r)
{
	if (!r->pool) {
		r->pool = vv_pool_new(vv_cpu_count() - 1);
	}
	return r->pool;
}

vv_status vv_dataset_reader_store(vv_dataset_reader *r, vv_store **out, vv_error *err)
{
	vv_status rc = open_store(r, err);
	*out = r->store;
	return rc;
}

vv_status vv_dataset_reader_secret(vv_dataset_reader *r, uint64_t *out, vv_error *err)
{
	vv_status rc = VV_OK;
	if (!r->has_secret) {
		rc = vv_repository_secret(r->repo, &r->secret, err);
		r->has_secret = rc == VV_OK;
	}
	*out = r->secret;
	return rc;
}

/* Where a path's scan cache is kept; owned. NULL when out of memory. */
static char *scan_cache_file(const vv_dataset_reader *r, const char *path, bool given)
{
	char name[64];
	vv_hash128 h = vv_xxh3_128(path, strlen(path), 0);
	snprintf(name, sizeof(name), "%016llx%016llx%s", (unsigned long long)h.hi,
		 (unsigned long long)h.lo, given ? "-given" : "");
	return vv_path_join(vv_repository_varvedir(r->repo), "cache", "scan", name, NULL);
}

vv_status vv_dataset_reader_scan_cache(vv_dataset_reader *r, const char *path, const vv_cid *root,
				       vv_scan_cache **out, uint64_t *secret, vv_error *err)
{
	vv_status rc = vv_dataset_reader_secret(r, secret, err);
	*out = NULL;
	if (rc < 0) {
		return rc;
	}
	for (int given = 0; rc == VV_OK && !*out && given < 2; given++) {
		char *file = scan_cache_file(r, path, given);
		if (!file) {
			return vv_fail_nomem(err);
		}
		rc = vv_scan_cache_load(out, file, root, *secret, err);
		vv_free(file);
	}
	return rc;
}

vv_status vv_dataset_reader_scan_cache_save(vv_dataset_reader *r, const char *path,
					    const vv_scan_cache *cache, bool given, vv_error *err)
{
	uint64_t secret;
	vv_status rc = vv_dataset_reader_secret(r, &secret, err);
	if (rc < 0) {
		return rc;
	}
	char *file = scan_cache_file(r, path, given);
	if (!file) {
		return vv_fail_nomem(err);
	}
	rc = vv_scan_cache_save(cache, file, secret, err);
	vv_free(file);
	return rc;
}

void vv_dataset_found_init(vv_dataset_found *f)
{
	memset(f, 0, sizeof(*f));
	vv_root_init(&f->result.root);
	vv_root_init(&f->parent_root);
}

void vv_dataset_found_clear(vv_dataset_found *f)
{
	vv_import_result_clear(&f->result);
	vv_root_clear(&f->parent_root);
	vv_buf_clear(&f->pointer);
	vv_free(f->package_path);
	vv_dataset_found_init(f);
}

vv_status vv_dataset_reader_pointer(vv_dataset_reader *r, const vv_oid *blob, vv_arena *arena,
				    vv_pointer *out, vv_error *err)
{
	vv_buf b = VV_BUF_INIT;
	vv_status rc = vv_blob_read(r->repo, blob, VV_POINTER_MAX, &b, err);
	if (rc == VV_OK) {
		rc = vv_pointer_read(out, arena, b.data ? b.data : "", b.len, err);
	}
	vv_buf_clear(&b);
	return rc;
}

vv_status vv_dataset_reader_is_pointer(vv_dataset_reader *r, const vv_oid *blob, bool *out,
				       vv_error *err)
{
	uint64_t size;
	vv_buf b = VV_BUF_INIT;
	vv_arena arena = VV_ARENA_INIT;
	vv_pointer p;
	*out = false;
	vv_status rc = vv_blob_size(r->repo, blob, &size, err);
	if (rc < 0 || size > VV_POINTER_MAX) {
		return rc;
	}
	if ((rc = vv_blob_read(r->repo, blob, VV_POINTER_MAX, &b, err)) == VV_OK &&
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

/* All inputs of one import, gathered. */
typedef struct inputs {
	vv_import_options opts;
	vv_package_resource package;
	bool has_package;
	vv_schema schema; /* of the package, for its key */
	vv_scan_cache *cache;
	char *temp;
	/* Of the version before, where its blocks are not here: what its pointer says. */
	vv_arena arena;
	const char *named_kind; /* NULL: its blocks are here, or there was none */
	const char **named_key;
} inputs;

/* What a pointer alone tells of a version. */
static vv_status keep_named(inputs *in, const vv_pointer *p, vv_error *err)
{
	in->named_kind = vv_arena_strndup(&in->arena, p->kind, strlen(p->kind));
	in->named_key = vv_arena_alloc(&in->arena, (p->key_count + 1) * sizeof(*in->named_key));
	for (size_t i = 0; in->named_key && i < p->key_count; i++) {
		if (!(in->named_key[i] = vv_arena_strndup(&in->arena, p->key[i],
							  strlen(p->key[i])))) {
			in->named_key = NULL;
		}
	}
	if (!in->named_kind || !in->named_key) {
		return vv_fail_nomem(err);
	}
	in->named_key[p->key_count] = NULL;
	return VV_OK;
}

/* The root of the version before: of the index, else of HEAD. None is fine. */
static vv_status find_parent(vv_dataset_reader *r, const char *path, const vv_dataset_options *opts,
			     inputs *in, vv_dataset_found *out, vv_error *err)
{
	vv_arena arena = VV_ARENA_INIT;
	vv_pointer pointer;
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
	if (!found && (rc = open_index(r, err)) == VV_OK && vv_index_get(r->index, path, &e)) {
		rc = vv_dataset_reader_pointer(r, &e.id, &arena, &pointer, err);
		found = rc == VV_OK;
		rc = unless_trouble(rc, err);
	}
	/* In a conflict: the merged version, whose schema and cut may be theirs. */
	if (!found && rc == VV_OK && r->index &&
	    vv_conflict_merged(r->repo, r->index, path, &merged, NULL) == VV_OK) {
		rc = vv_dataset_reader_pointer(r, &merged, &arena, &pointer, err);
		found = rc == VV_OK;
		rc = unless_trouble(rc, err);
	}
	if (!found && rc == VV_OK) {
		if ((rc = vv_head_read(r->repo, &head, err)) == VV_OK && !head.unborn &&
		    (rc = vv_tree_entry_at(r->repo, &head.commit, path, &at, err)) == VV_OK) {
			rc = vv_dataset_reader_pointer(r, &at.id, &arena, &pointer, err);
			found = rc == VV_OK;
		}
		rc = unless_trouble(rc, err);
	}
	if (rc == VV_OK && found) {
		out->named = pointer.root;
		out->named_form = pointer.form;
	}
	if (rc == VV_OK && found && (rc = open_store(r, err)) == VV_OK) {
		rc = vv_root_load(&out->parent_root, r->store, &pointer.root, err);
		if (rc == VV_OK) {
			out->parent = pointer.root;
		} else if (rc == VV_EMISSING) {
			vv_error_clear(err);
			/* what its pointer does not say is found anew */
			rc = keep_named(in, &pointer, err);
		}
	}
	vv_head_clear(&head);
	vv_tree_entry_clear(&at);
	vv_arena_clear(&arena);
	return rc;
}

static vv_status read_work_file(void *payload, const char *path, vv_buf *out, vv_error *err)
{
	vv_dataset_reader *r = payload;
	char *file = vv_repository_file(r->repo, path);
	if (!file) {
		return vv_fail_nomem(err);
	}
	vv_status rc = vv_read_regular(out, file, PACKAGE_MAX, err);
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
static vv_kind kind_for(const char *path, const vv_dataset_options *opts, const inputs *in,
			const vv_dataset_found *out, bool *guess)
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
	if (in->named_kind) {
		return strcmp(in->named_kind, "table") == 0 ? VV_KIND_TABLE : VV_KIND_FILE;
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

static void inputs_clear(inputs *in)
{
	if (in->has_package) {
		vv_package_resource_clear(&in->package);
	}
	vv_schema_clear(&in->schema);
	vv_scan_cache_free(in->cache);
	vv_free(in->temp);
	vv_arena_clear(&in->arena);
}

static vv_status take_package(vv_dataset_reader *r, const char *path, inputs *in,
			      vv_dataset_found *out, vv_error *err)
{
	vv_error missing = {0};
	vv_status rc = VV_ENOTFOUND;
	if (vv_repository_workdir(r->repo)) {
		rc = vv_package_find(&in->package, path, read_work_file, r, &missing);
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

/* What only a table has was asked for a file of bytes. */
static vv_status refuse_for_bytes(const char *path, const vv_dataset_options *opts, vv_error *err)
{
	if (opts->order == VV_ORDER_KEEP && !opts->facts) {
		return VV_OK;
	}
	vv_fail(err, VV_EUSAGE, "'%s' is kept as a file of bytes: %s is for tables",
		vv_text_shows(path), opts->order != VV_ORDER_KEEP ? "--order" : "--facts");
	return vv_hint(err, "'--as table' makes a table of it; or leave it out");
}

static vv_status gather(vv_dataset_reader *r, const char *path, const vv_dataset_options *opts,
			bool dry, inputs *in, vv_dataset_found *out, vv_error *err)
{
	vv_status rc;
	in->opts.hints = (vv_sniff_hints)VV_SNIFF_HINTS_INIT;
	if ((rc = open_store(r, err)) < 0 ||
	    (rc = vv_dataset_reader_secret(r, &in->opts.secret, err)) < 0 ||
	    (rc = find_parent(r, path, opts, in, out, err)) < 0) {
		return rc;
	}
	in->opts.kind = kind_for(path, opts, in, out, &in->opts.may_be_file);
	in->opts.parent = vv_cid_is_null(&out->parent) ? NULL : &out->parent_root;
	if (in->opts.kind != VV_KIND_TABLE && (rc = refuse_for_bytes(path, opts, err)) < 0) {
		return rc;
	}
	if ((rc = vv_config_u64(r->repo, "varve.maxrow", VV_ROW_MAX_DEFAULT, &in->opts.max_row,
				err)) < 0) {
		return rc;
	}
	in->opts.pool = vv_dataset_reader_pool(r);
	in->opts.progress = r->progress;
	in->temp = vv_path_join(vv_repository_varvedir(r->repo), "cache", NULL);
	if (!in->temp || !in->opts.pool) {
		return vv_fail_nomem(err);
	}
	in->opts.temp_dir = in->temp;
	if (!dry && (rc = vv_mkdirs(in->temp, err)) < 0) {
		return rc;
	}
	if (in->opts.kind == VV_KIND_TABLE) {
		if ((rc = take_package(r, path, in, out, err)) < 0) {
			return rc;
		}
		in->opts.may_be_file &= !in->has_package;
		merge_hints(&in->opts.hints, &opts->hints);
		if (in->opts.parent &&
		    (rc = vv_dataset_reader_scan_cache(r, path, &out->parent, &in->cache,
						       &in->opts.secret, err)) < 0) {
			return rc;
		}
		in->opts.cache = in->cache;
		/* without the blocks of the version before nothing tells whether it has them */
		in->opts.order = opts->order;
		if (opts->choose_order && (rc = vv_config_bool(r->repo, "varve.chooseorder", true,
							       &in->opts.choose_order, err)) < 0) {
			return rc;
		}
		in->opts.facts = opts->facts || in->named_kind;
		if (opts->key) {
			in->opts.key = opts->key;
			in->opts.key_source = opts->key[0] ? VV_KEY_DECLARED : VV_KEY_NONE;
		} else if (in->named_kind && !in->opts.key) {
			in->opts.key = in->named_key;
			in->opts.key_source = in->named_key[0] ? VV_KEY_DECLARED : VV_KEY_NONE;
			in->opts.key_known = true;
		}
	}
	return VV_OK;
}

void vv_dataset_reader_keep(vv_dataset_reader *r, vv_mem_sink *blocks)
{
	r->kept = blocks;
}

/* The root with, or without, these, in out's place; its bytes go to block. */
static vv_status change_root(vv_dataset_found *out, bool facts, vv_key_source source, vv_buf *block,
			     vv_cid *cid, vv_error *err)
{
	vv_root changed = out->result.root; /* borrows */
	vv_status rc;

	changed.key_source = source;
	if (!facts) {
		vv_buf_init(&changed.facts);
	}
	if ((rc = vv_root_encode(block, &changed, err)) < 0) {
		return rc;
	}
	return vv_cid_of(cid, VV_CODEC_DAG_CBOR, block->data, block->len, err);
}

static vv_status take_changed(vv_dataset_found *out, bool facts, vv_key_source source,
			      vv_buf *take_block, const vv_cid *cid, const vv_sink *sink,
			      vv_error *err)
{
	vv_root *root = &out->result.root;
	vv_status rc;

	if (sink->put && (rc = sink->put(sink->payload, cid, take_block->data, take_block->len,
					 NULL, err)) < 0) {
		vv_buf_clear(take_block);
		return rc;
	}
	root->key_source = source;
	if (!facts) {
		vv_buf_clear(&root->facts);
		root->format = vv_root_is_sorted(root) ? VV_FORMAT_NEWEST : VV_FORMAT_FIRST;
	}
	out->result.cid = *cid;
	vv_scan_cache_free(out->result.cache); /* it names the other root */
	out->result.cache = NULL;
	vv_buf_clear(&out->result.root_block);
	out->result.root_block = *take_block;
	return VV_OK;
}

/* A pointer says which key its version has, not whether somebody declared it or it was found, nor
 * whether there are facts (with which this one was made): is the table that version, but for
 * these? */
static vv_status take_named(vv_dataset_found *out, const inputs *in, bool asked,
			    const vv_sink *sink, vv_error *err)
{
	const vv_root *root = &out->result.root;
	bool has = vv_root_has_facts(root), facts = has;
	vv_key_source source = root->key_source, sources[2] = {source, VV_KEY_INFERRED};
	size_t count = in->opts.key_known && root->key_count > 0 ? 2 : 1;
	vv_buf block = VV_BUF_INIT;
	vv_cid cid = out->result.cid;
	bool is = !in->named_kind || vv_cid_equal(&out->named, &cid);
	vv_status rc;

	for (size_t i = 0; i < 4 && !is; i++) {
		facts = has && i < 2;
		source = sources[i % 2];
		if (i % 2 >= count || (i >= 2 && asked)) {
			continue;
		}
		if ((rc = change_root(out, facts, source, &block, &cid, err)) < 0) {
			vv_buf_clear(&block);
			return rc;
		}
		is = vv_cid_equal(&out->named, &cid);
	}
	if (!is) { /* another version: as if it were a new one */
		facts = has && asked;
		source = sources[0];
		if ((rc = change_root(out, facts, source, &block, &cid, err)) < 0) {
			vv_buf_clear(&block);
			return rc;
		}
	}
	if (vv_cid_equal(&cid, &out->result.cid)) {
		vv_buf_clear(&block);
		return VV_OK;
	}
	return take_changed(out, facts, source, &block, &cid, sink, err);
}

vv_status vv_dataset_reader_import(vv_dataset_reader *r, const char *path, const vv_source *source,
				   const vv_dataset_options *opts, const vv_dataset_target *to,
				   vv_dataset_found *out, vv_error *err)
{
	inputs in = {0};
	vv_sink sink;
	vv_buf early = VV_BUF_INIT; /* warnings from before the import */
	uint64_t start = vv_monotonic_ms();
	vv_status rc;
	vv_schema_init(&in.schema);
	rc = gather(r, path, opts, to == NULL, &in, out, err);
	early = out->result.warnings;
	out->result.warnings = (vv_buf)VV_BUF_INIT;
	if (rc < 0) {
		goto done;
	}
	if (to) {
		if ((rc = to->open(to->payload, &sink, err)) < 0) {
			goto done;
		}
	} else if (r->kept && in.opts.parent) {
		vv_mem_sink_use(&sink, r->kept);
	} else {
		vv_sink_dry(&sink, r->store);
	}
	if ((rc = vv_import(&out->result, source, &sink, &in.opts, err)) < 0 ||
	    (rc = take_named(out, &in, opts->facts, &sink, err)) < 0) {
		goto done;
	}
	if (in.named_kind && !vv_cid_equal(&out->named, &out->result.cid)) {
		vv_buf_puts(&early,
			    "the blocks of the previous version are not here: types and cut are "
			    "found again, and rows are kept in the file's order\n");
	}
	vv_buf_put(&early, vv_buf_cstr(&out->result.warnings), out->result.warnings.len);
	vv_buf_clear(&out->result.warnings);
	out->result.warnings = early;
	early = (vv_buf)VV_BUF_INIT;
	out->unchanged = !vv_cid_is_null(&out->parent) &&
			 vv_cid_equal(&out->parent, &out->result.cid);
	vv_buf_reset(&out->pointer);
	if ((rc = vv_root_pointer_as(&out->pointer,
				     vv_cid_equal(&out->named, &out->result.cid)
					     ? out->named_form
					     : VV_POINTER_NEWEST,
				     &out->result.cid, &out->result.root, err)) < 0) {
		goto done;
	}
	rc = vv_blob_id(out->pointer.data, out->pointer.len, &out->blob, err);
done:
	out->ms = vv_monotonic_ms() - start;
	vv_buf_clear(&early);
	inputs_clear(&in);
	return rc;
}

/* A small file that holds a pointer's text: *is_pointer, and blob and pointer set. */
static vv_status take_pointer_text(int fd, const char *name, const vv_stat *st,
				   vv_dataset_found *out, bool *is_pointer, vv_error *err)
{
	char head[16];
	vv_arena arena = VV_ARENA_INIT;
	vv_pointer p;
	bool torn;
	vv_status rc = VV_OK;
	*is_pointer = false;
	if (st->size == 0 || st->size > VV_POINTER_MAX) {
		return VV_OK;
	}
	ssize_t n = vv_pread_full(fd, head, sizeof(head), 0, name, err);
	if (n < 0) {
		return (vv_status)n;
	}
	torn = n >= (ssize_t)strlen(VV_POINTER_TORN_START) &&
	       memcmp(head, VV_POINTER_TORN_START, strlen(VV_POINTER_TORN_START)) == 0;
	if (!torn && !vv_pointer_looks_like(head, (size_t)n)) {
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
	if (torn) {
		if (vv_pointer_is_torn(out->pointer.data, (size_t)n)) {
			rc = vv_pointer_refuse_torn(out->pointer.data, (size_t)n, name, err);
		}
		vv_buf_reset(&out->pointer);
		return rc;
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
static vv_status import_once(vv_dataset_reader *r, const char *path, const char *file,
			     const vv_dataset_options *opts, const vv_dataset_target *to,
			     vv_dataset_found *out, bool *is_pointer, bool *changed, vv_error *err)
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
		rc = vv_dataset_reader_import(r, path, &source, opts, to, out, err);
	}
	vv_error unread = {0};
	if (vv_fstat(&after, fd, path, &unread) < 0 || !vv_stat_equal(&before, &after) ||
	    vv_lstat(&after, file, &unread) < 0 || !vv_stat_equal(&before, &after)) {
		*changed = true;
	}
	out->st = before;
	if (rc == VV_OK && !*changed && !*is_pointer) {
		rc = vv_stat_cache_set(r->stats, path, &before, &out->blob, sec, nsec, err);
	}
done:
	vv_close(fd, NULL, NULL);
	return rc;
}

vv_status vv_dataset_reader_import_file(vv_dataset_reader *r, const char *path,
					const vv_dataset_options *opts, const vv_dataset_target *to,
					vv_dataset_found *out, bool *is_pointer, vv_error *err)
{
	char *file = vv_repository_file(r->repo, path);
	vv_status rc = VV_OK;
	bool changed = false;
	if (!file) {
		return vv_fail_nomem(err);
	}
	for (unsigned attempt = 0; attempt < 2; attempt++) {
		vv_dataset_found_clear(out);
		rc = import_once(r, path, file, opts, to, out, is_pointer, &changed, err);
		if (!changed) {
			break;
		}
	}
	if (changed) {
		rc = vv_fail(err, VV_EINPUT, "'%s' changes while it is read", vv_text_shows(path));
		vv_hint(err, "wait until the other program has written it, and add it again");
	}
	vv_free(file);
	return rc;
}

/* --- packages that were edited --------------------------------------------------------- */

static vv_status read_head(vv_dataset_reader *r, vv_error *err)
{
	vv_head head = {0};
	vv_status rc;

	if (r->head_known) {
		return VV_OK;
	}
	if ((rc = vv_head_read(r->repo, &head, err)) == VV_OK) {
		r->head_known = true;
		r->head = head.commit;
		r->unborn = head.unborn;
	}
	vv_head_clear(&head);
	return rc;
}

/* Is the file there, and another than the index or HEAD has? */
static vv_status differs(vv_dataset_reader *r, const char *path, bool *out, vv_error *err)
{
	char *file = vv_repository_file(r->repo, path);
	bool there = file && vv_exists(file);
	vv_file_state state = VV_FILE_SAME;
	vv_tree_entry at = {0};
	vv_index_entry e;
	vv_status rc = file ? VV_OK : vv_fail_nomem(err);

	vv_free(file);
	*out = there;
	if (rc < 0 || !there || !vv_index_get(r->index, path, &e)) {
		return rc;
	}
	if ((rc = vv_index_file_state(r->index, &e, &state, err)) < 0 || state != VV_FILE_SAME ||
	    (rc = read_head(r, err)) < 0 || r->unborn) {
		return rc;
	}
	rc = vv_tree_entry_at(r->repo, &r->head, path, &at, err);
	*out = rc == VV_ENOTFOUND || (rc == VV_OK && !vv_oid_equal(&at.id, &e.id));
	vv_tree_entry_clear(&at);
	return rc == VV_ENOTFOUND ? VV_OK : rc;
}

/* The package itself, or a schema or dialect that it names. What cannot be read is said when the
 * table is. */
static vv_status package_differs(vv_dataset_reader *r, const char *package, bool *out,
				 vv_error *err)
{
	vv_buf text = VV_BUF_INIT;
	char **files = NULL;
	size_t count = 0;
	vv_error ignored;
	vv_status rc = differs(r, package, out, err);

	if (rc == VV_OK && !*out && read_work_file(r, package, &text, &ignored) == VV_OK &&
	    vv_package_files(&files, &count, package, vv_buf_cstr(&text), text.len, &ignored) ==
		    VV_OK) {
		for (size_t i = 0; rc == VV_OK && !*out && i < count; i++) {
			rc = differs(r, files[i], out, err);
		}
	}
	vv_names_free(files, count);
	vv_buf_clear(&text);
	return rc;
}

/* The same, asked once of each package. */
static vv_status was_package_edited(vv_dataset_reader *r, const char *package, bool *out,
				    vv_error *err)
{
	vv_status rc;

	for (size_t i = 0; i < r->package_count; i++) {
		if (strcmp(r->packages[i].path, package) == 0) {
			*out = r->packages[i].edited;
			return VV_OK;
		}
	}
	if ((rc = package_differs(r, package, out, err)) < 0) {
		return rc;
	}
	if (!vv_array_room(r->packages, r->package_count, r->package_cap) ||
	    !(r->packages[r->package_count].path = vv_strdup(package))) {
		return vv_fail_nomem(err);
	}
	r->packages[r->package_count++].edited = *out;
	return VV_OK;
}

/* Is there a package, in the folder of path or above, that the index or HEAD does not have like this? */
static vv_status look_for_new_package(vv_dataset_reader *r, const char *path, vv_error *err)
{
	char *folder = vv_path_dir(path);
	vv_status rc = folder ? open_index(r, err) : vv_fail_nomem(err);

	if (rc < 0 || (r->folder && strcmp(r->folder, folder) == 0)) {
		vv_free(folder);
		return rc;
	}
	vv_free(r->folder);
	r->folder = folder;
	r->new_package = false;
	for (size_t len = strlen(path); rc == VV_OK && !r->new_package && len > 0; len -= len > 0) {
		vv_buf b = VV_BUF_INIT;

		while (len > 0 && path[len - 1] != '/') {
			len--;
		}
		vv_buf_put(&b, path, len);
		vv_buf_puts(&b, VV_PACKAGE_NAME);
		if ((rc = vv_buf_ok(&b, err)) == VV_OK) {
			rc = was_package_edited(r, vv_buf_cstr(&b), &r->new_package, err);
		}
		vv_buf_clear(&b);
	}
	return rc;
}

vv_status vv_dataset_reader_described_anew(vv_dataset_reader *r, const char *path,
					   const vv_oid *blob, bool any_package, bool *out,
					   vv_error *err)
{
	vv_arena arena = VV_ARENA_INIT;
	vv_package_resource res = {0};
	vv_error ignored = {0};
	vv_pointer p;
	vv_sink sink;
	vv_table t;
	bool fits = true;
	vv_status rc;

	*out = false;
	if (!any_package && ((rc = look_for_new_package(r, path, err)) < 0 || !r->new_package)) {
		return rc;
	}
	/* What cannot be read now is said when the file is. */
	if (vv_package_find(&res, path, read_work_file, r, &ignored) < 0) {
		return VV_OK;
	}
	if (vv_dataset_reader_pointer(r, blob, &arena, &p, &ignored) == VV_OK &&
	    strcmp(p.kind, "table") == 0 && open_store(r, &ignored) == VV_OK) {
		vv_sink_dry(&sink, r->store);
		if (vv_table_open_stored(&t, &sink, &p.root, &ignored) == VV_OK) {
			*out = vv_package_fits(&fits, &t, &res, &ignored) == VV_OK && !fits;
			vv_table_close(&t);
		}
	}
	vv_package_resource_clear(&res);
	vv_arena_clear(&arena);
	return VV_OK;
}

/* The index also holds the stat of files that were left as pointers. */
static bool begins_as_pointer(const char *file, const vv_stat *st)
{
	char head[32];
	int fd = st->size <= VV_POINTER_MAX ? vv_open_regular(file, 0, NULL) : -1;
	ssize_t n = fd < 0 ? 0 : vv_read_full(fd, head, sizeof(head), file, NULL);
	if (fd >= 0) {
		vv_close(fd, file, NULL);
	}
	return n > 0 && vv_pointer_looks_like(head, (size_t)n);
}

vv_status vv_dataset_reader_work_state(vv_dataset_reader *r, const char *path,
				       const vv_oid *index_blob, const vv_index_entry *entry,
				       vv_work_state *out, vv_dataset_found *found, vv_error *err)
{
	vv_dataset_found own;
	vv_stat st;
	vv_oid known;
	vv_error missing = {0};
	bool is_pointer = false;
	vv_dataset_options opts = VV_DATASET_OPTIONS_INIT;
	char *file = vv_repository_file(r->repo, path);
	if (!file) {
		return vv_fail_nomem(err);
	}
	vv_status rc = vv_lstat(&st, file, &missing);
	bool regular = rc == VV_OK && S_ISREG(st.mode);
	bool anew = false;
	if (regular &&
	    (rc = vv_dataset_reader_described_anew(r, path, index_blob, false, &anew, err)) < 0) {
		vv_free(file);
		return rc;
	}
	bool cached = regular && !anew && vv_stat_cache_get(r->stats, path, &st, &known) &&
		      vv_oid_equal(&known, index_blob);
	bool maybe_pointer = regular && !cached && begins_as_pointer(file, &st);
	vv_free(file);
	if (!regular || cached) {
		*out = cached ? VV_WORK_SAME : rc == VV_ENOTFOUND ? VV_WORK_DELETED : VV_WORK_OTHER;
		return VV_OK;
	}
	if (entry && !anew && !maybe_pointer && (rc = open_index(r, err)) == VV_OK &&
	    vv_index_stat_clean(r->index, entry, &st)) {
		*out = VV_WORK_SAME;
		return VV_OK;
	}
	vv_dataset_found_init(&own);
	vv_dataset_found *into = found ? found : &own;
	rc = vv_dataset_reader_import_file(r, path, &opts, NULL, into, &is_pointer, err);
	if (rc == VV_OK) {
		bool same = vv_oid_equal(&into->blob, index_blob);
		*out = is_pointer && same ? VV_WORK_POINTER
		       : same             ? VV_WORK_SAME
					  : VV_WORK_MODIFIED;
	}
	vv_dataset_found_clear(&own);
	return rc;
}

vv_status vv_dataset_reader_line(vv_dataset_reader *r, const char *path, uint64_t offset,
				 uint64_t *line, vv_error *err)
{
	vv_source source;
	vv_fd_source fds;
	char *file = vv_repository_file(r->repo, path);
	if (!file) {
		return vv_fail_nomem(err);
	}
	int fd = vv_open_regular(file, 0, err);
	vv_free(file);
	if (fd < 0) {
		return (vv_status)fd;
	}
	vv_source_fd(&source, &fds, fd, path, 0);
	vv_status rc = source.line(source.payload, offset, line, err);
	vv_close(fd, NULL, NULL);
	return rc;
}
