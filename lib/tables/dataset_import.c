/*
 * dataset_import: imports the bytes at a path of a repository as a version: finds the inputs
 * and their precedence, imports, and makes the pointer. Only the import in the middle may run in
 * another thread (dataset_writer).
 */
#include "lib/tables/dataset_import.h"

#include <fcntl.h>
#include <stdio.h>
#include <string.h>

#include "base/array.h"
#include "base/hint.h"
#include "base/path.h"
#include "base/sys.h"
#include "base/text.h"
#include "dataset/format/dialect.h"
#include "dataset/read/scan_cache.h"
#include "dataset/schema/declared.h"
#include "dataset/schema/schema.h"
#include "dataset/table/import.h"
#include "dataset/table/mem_sink.h"
#include "dataset/table/root.h"
#include "lib/tables/dataset_import_internal.h"
#include "lib/tables/dataset_reader_internal.h"
#include "repo/git/blob.h"
#include "repo/git/history/refs.h"
#include "repo/git/history/revision.h"
#include "repo/git/merge/conflict_state.h"
#include "repo/git/tree.h"

#define PAST_MAX 64u /* commits, one after the other, in which a table has no bytes */

/* --- inputs ---------------------------------------------------------------------------- */

/* Keeps only errors of memory and disk: a parent must not be overlooked because of them. */
static vv_status unless_trouble(vv_status rc, vv_error *err)
{
	return vv_error_excuse(rc, rc != VV_ENOMEM && rc != VV_EIO, err);
}

/* Keeps a version's facts that its pointer contains. */
static vv_status keep_named(dataset_inputs *in, const vv_pointer *p, vv_error *err)
{
	in->named_kind = vv_arena_strndup(&in->arena, p->kind, strlen(p->kind));
	in->named_key = vv_arena_alloc(&in->arena, (p->key_count + 1) * sizeof(*in->named_key));
	for (size_t i = 0; in->named_key && i < p->key_count; i++) {
		if (!(in->named_key[i] = vv_arena_strndup(&in->arena, p->key[i],
							  strlen(p->key[i])))) {
			in->named_key = NULL;
		}
	}
	if (!in->named_kind || !in->named_key) return vv_fail_nomem(err);
	in->named_key[p->key_count] = NULL;
	return VV_OK;
}

/* Reads a blob as a pointer; *found: it is one. */
static vv_status try_pointer(vv_dataset_reader *r, const vv_oid *blob, vv_arena *arena,
			     vv_pointer *out, bool *found, vv_error *err)
{
	return unless_trouble(vv_dataset_reader_find_pointer(r, blob, arena, out, found, err), err);
}

/* The newest version of HEAD's line of commits that has bytes: one without does not describe a
 * table. */
static vv_status find_in_history(vv_dataset_reader *r, const char *path, vv_arena *arena,
				 vv_pointer *out, bool *found, vv_error *err)
{
	char rev[32];
	vv_status rc = dataset_reader_head(r, err);
	vv_oid commit = r->head;

	for (unsigned back = 1; rc == VV_OK && !r->unborn && back < PAST_MAX; back++) {
		vv_auto(vv_tree_entry) at = {0};

		if ((rc = vv_tree_entry_at(r->parts.repo, &commit, path, &at, err)) < 0) {
			break;
		}
		if (!vv_oid_is_empty_blob(&at.id)) {
			return try_pointer(r, &at.id, arena, out, found, err);
		}
		(void)snprintf(rev, sizeof(rev), "HEAD~%u", back);
		rc = vv_rev_commit(r->parts.repo, rev, &commit, err);
	}
	return unless_trouble(rc, err);
}

/* The pointer of the version before: of the index, of the merged version in a conflict, whose schema and cut may be
 * theirs, else of HEAD. */
static vv_status find_pointer(vv_dataset_reader *r, const char *path, vv_arena *arena,
			      vv_pointer *out, bool *found, vv_error *err)
{
	vv_index_entry e;
	vv_oid merged;
	vv_status rc = dataset_reader_open_index(r, err);

	if (rc < 0) return rc;
	if (vv_index_get(r->index, path, &e) &&
	    ((rc = try_pointer(r, &e.id, arena, out, found, err)) < 0 || *found)) {
		return rc;
	}
	if (vv_conflict_merged(r->parts.repo, r->index, path, &merged, NULL) == VV_OK &&
	    ((rc = try_pointer(r, &merged, arena, out, found, err)) < 0 || *found)) {
		return rc;
	}
	return find_in_history(r, path, arena, out, found, err);
}

/* The root of the version before. None is fine. */
static vv_status find_parent(vv_dataset_reader *r, const char *path, const vv_dataset_options *opts,
			     dataset_inputs *in, vv_dataset_found *out, vv_error *err)
{
	vv_auto(vv_arena) arena = VV_ARENA_INIT;
	vv_pointer pointer;
	vv_store *store;
	bool found = opts->parent != NULL;
	vv_status rc;

	if (opts->no_parent) return VV_OK;
	if (found) {
		pointer = *opts->parent;
	} else if ((rc = find_pointer(r, path, &arena, &pointer, &found, err)) < 0 || !found) {
		return rc;
	}
	out->named = pointer.root;
	if ((rc = vv_repository_store(r->parts.repo, &store, err)) < 0) return rc;
	rc = opts->parent_block ? vv_root_decode(&out->parent_root, opts->parent_block->data,
						 opts->parent_block->len, err)
				: vv_root_load(&out->parent_root, store, &pointer.root, err);
	if (rc == VV_OK) {
		out->parent = pointer.root;
	} else if (rc == VV_EMISSING) {
		/* facts that its pointer lacks are found again */
		rc = keep_named(in, &pointer, err);
	}
	return rc;
}

/* Does the command describe how a table is written? */
static bool is_described(const vv_sniff_hints *h)
{
	return h->has_form || h->delimiter >= 0 || h->encoding || h->declared ||
	       h->skip_below >= 0 || h->records || h->header_join;
}

/* *guess: only the name suggests a table. */
static vv_kind kind_for(const char *path, const vv_dataset_options *opts, const dataset_inputs *in,
			const vv_dataset_found *out, bool *guess)
{
	const bool is_parent = !vv_cid_is_null(&out->parent), ends = vv_ending_of(path) != NULL;
	vv_kind before = is_parent ? out->parent_root.kind : VV_KIND_FILE;

	*guess = false;
	if (opts->has_kind) return opts->kind;
	if (is_described(&opts->hints) || (opts->as_named && opts->key && opts->key[0])) {
		return VV_KIND_TABLE;
	}
	if (!is_parent && in->named_kind && strcmp(in->named_kind, "table") == 0) {
		before = VV_KIND_TABLE;
	}
	/* A key is for a table, also where bytes were kept before. */
	*guess = ends && before == VV_KIND_FILE &&
		 ((!is_parent && !in->named_kind) || (opts->key && opts->key[0]));
	return *guess ? VV_KIND_TABLE : before;
}

#define PAST_VERSIONS 4u /* maximum number of earlier versions that are compared */

/* --- types of earlier versions --------------------------------------------------------- */

/* Earlier versions of a path that may have the bytes of the source, newest first. */
typedef struct past_versions {
	vv_root roots[PAST_VERSIONS];
	size_t count;
} past_versions;

static void past_versions_clear(past_versions *past)
{
	vv_array_each(past->roots, past->count, root) {
		vv_root_clear(root);
	}
}
VV_AUTO_CLEAR(past_versions, past_versions_clear)

/* Adds the version of a pointer blob, if it is a table of this size. */
static vv_status add_version(past_versions *past, vv_dataset_reader *r, const vv_oid *blob,
			     uint64_t size, vv_error *err)
{
	vv_auto(vv_arena) arena = VV_ARENA_INIT;
	vv_pointer p;
	vv_store *store;
	bool found;
	vv_status rc = vv_dataset_reader_find_pointer(r, blob, &arena, &p, &found, err);

	if (rc < 0 || !found || p.bytes != size || strcmp(p.kind, "table") != 0) return rc;
	if ((rc = vv_repository_store(r->parts.repo, &store, err)) < 0) return rc;
	if (!vv_store_has(store, &p.root)) return VV_OK;
	vv_root *root = &past->roots[past->count];

	vv_root_init(root);
	if ((rc = vv_root_load(root, store, &p.root, err)) < 0) {
		vv_root_clear(root);
		return rc;
	}
	past->count++;
	return VV_OK;
}

static vv_status find_versions(past_versions *past, vv_dataset_reader *r, const char *path,
			       uint64_t size, vv_error *err)
{
	const vv_oid *commits;
	size_t count;
	vv_oid last = {0};
	vv_status rc = dataset_reader_past(r, &commits, &count, err);

	for (size_t i = 0; i < count && past->count < PAST_VERSIONS; i++) {
		vv_auto(vv_tree_entry) at = {0};

		rc = vv_tree_entry_at(r->parts.repo, &commits[i], path, &at, err);
		if (rc == VV_OK && !vv_oid_equal(&at.id, &last)) {
			last = at.id;
			rc = add_version(past, r, &at.id, size, err);
		}
		if (rc == VV_ENOMEM || rc == VV_EIO) return rc;
	}
	return vv_error_excuse(rc, rc != VV_ENOMEM && rc != VV_EIO, err);
}

static bool has_same_bytes(const vv_root *a, const vv_root *b)
{
	return a->bytes == b->bytes && vv_hash128_equal(a->hash, b->hash) &&
	       strcmp(a->dialect.encoding, b->dialect.encoding) == 0 &&
	       vv_root_is_sorted(a) == vv_root_is_sorted(b);
}

/* A type that was not declared, or that is found again if it is needed: a string without a
 * format, and a number in the usual spelling instead of an integer. */
static bool is_guess(const vv_field *f, const vv_field *past)
{
	if (!vv_field_is_found(f) || !vv_field_is_found(past) || f->type == past->type ||
	    past->type == VV_TYPE_ANY) {
		return false;
	}
	return f->type == VV_TYPE_STRING || f->type == VV_TYPE_ANY ||
	       (f->type == VV_TYPE_NUMBER && past->type == VV_TYPE_INTEGER &&
		vv_field_plain_marks(f));
}

/* A sorted version has its rows in the order that the types of the key give, and a key is unique as
 * values of its types. */
static bool may_change_key(const vv_root *root, const vv_root *past, const vv_field *f)
{
	return !vv_array_find(root->key, root->key_count, name, strcmp(*name, f->name) == 0) ||
	       (!vv_root_is_sorted(root) &&
		vv_root_names_equal(root->key, root->key_count, past->key, past->key_count));
}

/* Sets fields to those of now with the types that come back, and returns the number of these. */
static size_t choose_types(vv_new_field *fields, const vv_schema *now, const vv_root *root,
			   const vv_schema *past, const vv_root *past_root)
{
	size_t count = 0;

	for (size_t i = 0; i < now->count; i++) {
		const vv_field *f = &now->fields[i];
		const long at = vv_schema_find(past, f->name, f->name_len);
		const vv_field *was = at < 0 ? NULL : &past->fields[at];
		const bool back = was && is_guess(f, was) && may_change_key(root, past_root, f);

		fields[i] = vv_new_field_like(back ? was : f);
		fields[i].again = back;
		count += back;
	}
	return count;
}

static vv_status put_types(vv_dataset_found *out, const vv_buf *schema, const vv_sink *sink,
			   vv_error *err)
{
	vv_root changed = out->result.root; /* borrows */
	vv_import_result *result = &out->result;
	vv_auto(vv_buf) block = VV_BUF_INIT;
	vv_cid cid;
	vv_status rc;

	changed.schema = (vv_bytes){(char *)schema->data, schema->len};
	if ((rc = vv_root_encode(&block, &changed, err)) < 0 ||
	    (rc = vv_cid_of(&cid, VV_CODEC_DAG_CBOR, block.data, block.len, err)) < 0 ||
	    (sink->put &&
	     (rc = sink->put(sink->payload, &cid, block.data, block.len, NULL, err)) < 0) ||
	    (rc = vv_root_decode(&result->root, block.data, block.len, err)) < 0) {
		return rc;
	}
	result->cid = cid;
	result->schema_changed = true;
	if (result->cache) {
		result->cache->root = cid;
	}
	vv_buf_clear(&result->root_block);
	result->root_block = block;
	block = (vv_buf)VV_BUF_INIT;
	return VV_OK;
}

/* "d: an earlier version has the same bytes: date again" */
static vv_status tell_types(vv_dataset_found *out, const vv_new_field *fields, size_t count,
			    vv_error *err)
{
	vv_buf *warnings = &out->result.warnings;

	for (size_t i = 0; i < count; i++) {
		if (fields[i].again) {
			vv_buf_printf(warnings,
				      "%s: an earlier version has the same bytes: %s again\n",
				      vv_text_name(fields[i].name, fields[i].name_len),
				      vv_type_name(fields[i].type));
		}
	}
	return vv_buf_ok(warnings, err);
}

static vv_status take_types(vv_dataset_found *out, const vv_root *past, const vv_sink *sink,
			    vv_error *err)
{
	const vv_root *root = &out->result.root;
	vv_auto(vv_schema) now = {0}, was = {0};
	vv_auto(vv_buf) text = VV_BUF_INIT;
	vv_status rc;

	if ((rc = vv_schema_read(&now, root->schema.data, root->schema.len, "the file", err)) < 0 ||
	    (rc = vv_schema_read(&was, past->schema.data, past->schema.len, "an earlier version",
				 err)) < 0) {
		return rc;
	}
	vv_auto_free vv_new_field *fields = vv_calloc(now.count + 1, sizeof(*fields));
	if (!fields) return vv_fail_nomem(err);
	if (choose_types(fields, &now, root, &was, past) == 0) return VV_OK;
	if ((rc = vv_schema_refit(&text, &now, fields, now.count, err)) < 0 ||
	    (rc = put_types(out, &text, sink, err)) < 0) {
		return rc;
	}
	return tell_types(out, fields, now.count, err);
}

/* Where the values alone do not say whether a column is wider than they are, a version of the path in HEAD's history that has
 * the same bytes does. */
static vv_status take_past_types(vv_dataset_found *out, vv_dataset_reader *r, const char *path,
				 const vv_sink *sink, vv_error *err)
{
	const vv_root *root = &out->result.root;
	vv_auto(past_versions) past = {.count = 0};

	if (!out->result.types_kept || root->kind != VV_KIND_TABLE ||
	    vv_cid_equal(&out->result.cid, &out->parent)) {
		return VV_OK;
	}
	const vv_status rc = find_versions(&past, r, path, root->bytes, err);
	const vv_root *same = vv_array_find(past.roots, past.count, it, has_same_bytes(it, root));

	return rc == VV_OK && same ? take_types(out, same, sink, err) : rc;
}

/* --- the inputs together --------------------------------------------------------------- */

void dataset_inputs_clear(dataset_inputs *in)
{
	vv_package_resource_clear(&in->package);
	vv_schema_clear(&in->schema);
	vv_scan_cache_free(in->cache);
	vv_free(in->temp);
	vv_arena_clear(&in->arena);
}

static vv_status take_package(vv_dataset_reader *r, const char *path, dataset_inputs *in,
			      vv_dataset_found *out, vv_error *err)
{
	vv_status rc;

	if (!vv_repository_workdir(r->parts.repo) && !(r->index && vv_index_is_tree(r->index))) {
		return VV_OK;
	}
	if ((rc = vv_declared_find(&in->package, &out->package, NULL, path,
				   dataset_reader_work_file, r, err)) < 0) {
		return rc;
	}
	in->opts.hints = in->package.hints;
	if (!out->package) return VV_OK;
	out->package_path = vv_strdup(in->package.package_path);
	if (!out->package_path) return vv_fail_nomem(err);
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

/* Refuses options for tables on a file of bytes. */
static vv_status refuse_for_bytes(const char *path, const vv_dataset_options *opts, vv_error *err)
{
	const char *option = NULL;

	if (opts->order != VV_ORDER_KEEP) {
		option = "--order";
	} else if (opts->as_named && opts->key) {
		option = opts->key[0] ? "--key" : "--no-key";
	}

	if (!option) return VV_OK;
	return vv_fail(err, VV_EUSAGE,
		       "'%s' is kept as a file of bytes, and %s is for tables\nuse '--as table' to "
		       "make a table of it, or omit %s",
		       vv_text_shows(path), option, option);
}

vv_status dataset_inputs_gather(dataset_inputs *in, vv_dataset_reader *r, const char *path,
				const vv_dataset_options *opts, bool dry, vv_dataset_found *out,
				vv_error *err)
{
	vv_store *store;
	vv_status rc;
	in->schema = (vv_schema){0};
	in->opts.hints = (vv_sniff_hints)VV_SNIFF_HINTS_INIT;
	if ((rc = vv_repository_store(r->parts.repo, &store, err)) < 0 ||
	    (rc = vv_repository_secret(r->parts.repo, &in->opts.secret, err)) < 0 ||
	    (rc = find_parent(r, path, opts, in, out, err)) < 0) {
		return rc;
	}
	in->opts.kind = kind_for(path, opts, in, out, &in->opts.may_be_file);
	in->opts.parent = vv_cid_is_null(&out->parent) ? NULL : &out->parent_root;
	if (in->opts.kind != VV_KIND_TABLE && (rc = refuse_for_bytes(path, opts, err)) < 0) {
		return rc;
	}
	in->opts.pool = vv_dataset_reader_pool(r);
	in->opts.progress = r->parts.progress;
	in->opts.words = vv_repository_words(r->parts.repo);
	in->temp = vv_path_join(vv_repository_varvedir(r->parts.repo), "cache", NULL);
	if (!in->temp || !in->opts.pool) return vv_fail_nomem(err);
	in->opts.temp_dir = in->temp;
	if (!dry && (rc = vv_mkdirs(in->temp, err)) < 0) return rc;
	if (in->opts.kind == VV_KIND_TABLE) {
		if ((rc = take_package(r, path, in, out, err)) < 0) return rc;
		if (opts->schema && !in->opts.schema) {
			in->opts.schema = opts->schema;
			in->opts.schema_len = strlen(opts->schema);
		}
		in->opts.added_schema = opts->added_schema;
		in->opts.may_be_file &= !out->package;
		in->opts.or_as_file = !opts->as_named;
		vv_sniff_hints_over(&in->opts.hints, &opts->hints);
		in->opts.find_encoding = true;
		if (in->opts.parent &&
		    (rc = vv_dataset_reader_scan_cache(r, path, &out->parent, &in->cache,
						       &in->opts.secret, err)) < 0) {
			return rc;
		}
		in->opts.cache = in->cache;
		/* without its blocks the version before cannot be checked */
		in->opts.order = opts->order;
		/* every store of a file chooses in the same way, so that equal files get equal roots */
		in->opts.choose_order = !dry;
		if (opts->key) {
			in->opts.key = opts->key;
			in->opts.key_with_columns = opts->key_with_columns;
			in->opts.key_source = opts->key[0] ? VV_KEY_DECLARED : VV_KEY_NONE;
		} else if (in->named_kind && !in->opts.key) {
			in->opts.key = in->named_key;
			in->opts.key_source = in->named_key[0] ? VV_KEY_DECLARED : VV_KEY_NONE;
			in->opts.key_known = true;
		}
	}
	return VV_OK;
}

/* --- the import ------------------------------------------------------------------------ */

/* Facts of a version that its pointer lacks. */
typedef struct untold {
	bool file_order_declared;
	vv_key_source source;
} untold;

/* The root with these, in out's place; its bytes go to block. */
static vv_status change_root(vv_dataset_found *out, const untold *u, vv_buf *block, vv_cid *cid,
			     vv_error *err)
{
	vv_root changed = out->result.root; /* borrows */
	vv_status rc;

	changed.key_source = u->source;
	changed.file_order_declared = u->file_order_declared;
	if ((rc = vv_root_encode(block, &changed, err)) < 0) return rc;
	return vv_cid_of(cid, VV_CODEC_DAG_CBOR, block->data, block->len, err);
}

/* Moves the bytes of another root to out. */
static void replace_root_block(vv_dataset_found *out, vv_buf *block, const vv_cid *cid)
{
	out->result.cid = *cid;
	vv_scan_cache_free(out->result.cache); /* it names the other root */
	out->result.cache = NULL;
	vv_buf_clear(&out->result.root_block);
	out->result.root_block = *block;
	*block = (vv_buf)VV_BUF_INIT;
}

static vv_status take_changed(vv_dataset_found *out, const untold *u, vv_buf *block,
			      const vv_cid *cid, const vv_sink *sink, vv_error *err)
{
	vv_root *root = &out->result.root;
	vv_status rc;

	if (sink->put &&
	    (rc = sink->put(sink->payload, cid, block->data, block->len, NULL, err)) < 0) {
		return rc;
	}
	root->key_source = u->source;
	root->file_order_declared = u->file_order_declared;
	replace_root_block(out, block, cid);
	return VV_OK;
}

/* A pointer contains its version's key, but not whether the key was declared or found, nor whether
 * the file's order was requested: is the table that version, except for these? */
static vv_status take_named(vv_dataset_found *out, const dataset_inputs *in, const vv_sink *sink,
			    vv_error *err)
{
	const vv_root *root = &out->result.root;
	bool was = root->file_order_declared;
	vv_key_source sources[2] = {root->key_source, VV_KEY_INFERRED};
	untold u = {was, root->key_source};
	size_t count = in->opts.key_known ? 2 : 1;
	vv_auto(vv_buf) block = VV_BUF_INIT;
	vv_cid cid = out->result.cid;
	bool is = !in->named_kind || vv_cid_equal(&out->named, &cid);
	vv_status rc;

	for (size_t i = 0; i < 4 && !is; i++) {
		u.file_order_declared = was || i >= 2;
		u.source = sources[i % 2];
		if (i % 2 >= count) {
			continue;
		}
		if ((rc = change_root(out, &u, &block, &cid, err)) < 0) return rc;
		is = vv_cid_equal(&out->named, &cid);
	}
	if (!is) { /* another version: as if it were a new one */
		u = (untold){was, sources[0]};
		if ((rc = change_root(out, &u, &block, &cid, err)) < 0) return rc;
	}
	if (vv_cid_equal(&cid, &out->result.cid)) return VV_OK;
	return take_changed(out, &u, &block, &cid, sink, err);
}

vv_status dataset_import_run(vv_dataset_found *out, const dataset_inputs *in,
			     const vv_source *source, const vv_sink *sink, vv_error *err)
{
	vv_status rc = vv_import(&out->result, source, sink, &in->opts, err);

	return rc < 0 ? rc : take_named(out, in, sink, err);
}

static vv_status put_first(vv_buf *warnings, const char *line, vv_error *err)
{
	vv_buf both = VV_BUF_INIT;

	vv_buf_puts(&both, line);
	vv_buf_put(&both, vv_buf_cstr(warnings), warnings->len);
	vv_buf_clear(warnings);
	*warnings = both;
	return vv_buf_ok(warnings, err);
}

/* The same bytes are the version before, also if an import would take other quotes, line ends or blanks for the usual
 * ones, as after a merge, which takes those that a side made usual. */
static vv_status take_parent(vv_dataset_found *out, vv_dataset_reader *r, vv_error *err)
{
	vv_root *root = &out->result.root;
	const vv_root *before = &out->parent_root;
	vv_root same = *root; /* borrows */
	vv_auto(vv_buf) block = VV_BUF_INIT;
	vv_store *store;
	vv_cid cid;
	bool complete;
	vv_status rc;

	if (vv_cid_is_null(&out->parent) || vv_cid_equal(&out->parent, &out->result.cid) ||
	    root->kind != VV_KIND_TABLE || before->kind != VV_KIND_TABLE ||
	    !vv_hash128_equal(root->hash, before->hash) ||
	    vv_dialect_same_rows(&root->dialect, &before->dialect)) {
		return VV_OK;
	}
	vv_dialect_borrow_usual(&same.dialect, &before->dialect);
	same.data = before->data;
	same.layout = before->layout;
	same.facts = before->facts;
	same.places = before->places;
	if ((rc = vv_root_encode(&block, &same, err)) < 0) {
		return vv_error_excuse(rc, rc != VV_ENOMEM, err); /* then they are not one */
	}
	if ((rc = vv_cid_of(&cid, VV_CODEC_DAG_CBOR, block.data, block.len, err)) < 0 ||
	    !vv_cid_equal(&cid, &out->parent) ||
	    (rc = vv_repository_store(r->parts.repo, &store, err)) < 0 ||
	    (rc = vv_store_complete(store, &cid, &complete, NULL, err)) < 0 || !complete) {
		return rc;
	}
	replace_root_block(out, &block, &cid);
	return vv_root_decode(root, out->result.root_block.data, out->result.root_block.len, err);
}

vv_status dataset_import_settle(vv_dataset_found *out, const dataset_inputs *in,
				vv_dataset_reader *r, vv_error *err)
{
	vv_status rc = take_parent(out, r, err);

	if (rc < 0) return rc;
	if (in->named_kind && strcmp(in->named_kind, "table") == 0 &&
	    out->result.root.kind == VV_KIND_TABLE &&
	    !vv_cid_equal(&out->named, &out->result.cid) &&
	    (rc = put_first(&out->result.warnings,
			    "the previous version's blocks are missing here, so its column types "
			    "and order of rows were not taken over\n",
			    err)) < 0) {
		return rc;
	}
	vv_buf_reset(&out->pointer);
	if ((rc = vv_root_pointer(&out->pointer, &out->result.cid, &out->result.root, err)) < 0) {
		return rc;
	}
	return vv_blob_id(vv_buf_cstr(&out->pointer), out->pointer.len, &out->blob, err);
}

vv_status vv_dataset_reader_import(vv_dataset_reader *r, const char *path, const vv_source *source,
				   const vv_dataset_options *opts, const vv_dataset_target *to,
				   vv_dataset_found *out, vv_error *err)
{
	vv_auto(dataset_inputs) in = {0};
	vv_sink sink;
	vv_store *store;
	uint64_t start = vv_monotonic_ms();
	vv_status rc;

	if ((rc = dataset_inputs_gather(&in, r, path, opts, to == NULL, out, err)) < 0 ||
	    (rc = vv_repository_store(r->parts.repo, &store, err)) < 0 ||
	    (to && (rc = to->open(to->payload, &sink, err)) < 0)) {
		return rc;
	}
	if (!to && r->parts.kept && in.opts.parent) {
		vv_mem_sink_use(&sink, r->parts.kept);
	} else if (!to) {
		vv_sink_dry(&sink, store);
	}
	rc = dataset_import_run(out, &in, source, &sink, err);
	if (rc == VV_OK && (!opts->parent || opts->looks_back)) {
		rc = take_past_types(out, r, path, &sink, err);
	}
	if (rc == VV_OK) {
		rc = dataset_import_settle(out, &in, r, err);
	}
	out->ms = vv_monotonic_ms() - start;
	return rc;
}

/* A small file that contains a pointer's text: *is_pointer, and blob and pointer set. */
static vv_status take_pointer_text(int fd, const char *name, const vv_stat *st,
				   vv_dataset_found *out, bool *is_pointer, vv_error *err)
{
	char head[16];
	vv_auto(vv_arena) arena = VV_ARENA_INIT;
	vv_pointer p;
	vv_status rc = VV_OK;
	*is_pointer = false;
	if (st->size == 0 || st->size > VV_POINTER_MAX) return VV_OK;
	ssize_t n = vv_pread_full(fd, head, sizeof(head), 0, name, err);
	if (n < 0) return (vv_status)n;
	if (!vv_pointer_may_begin(head, (size_t)n)) return VV_OK;
	vv_buf_reset(&out->pointer);
	if (!vv_buf_reserve(&out->pointer, (size_t)st->size)) return vv_fail_nomem(err);
	n = vv_pread_full(fd, out->pointer.data, (size_t)st->size, 0, name, err);
	if (n < 0) return (vv_status)n;
	if (vv_pointer_is_torn(out->pointer.data, (size_t)n)) {
		rc = vv_pointer_refuse_torn(out->pointer.data, (size_t)n, name, err);
		vv_buf_reset(&out->pointer);
		return rc;
	}
	if (!vv_pointer_looks_like(out->pointer.data, (size_t)n)) {
		return VV_OK; /* data that begins with marks */
	}
	out->pointer.len = (size_t)n;
	vv_pointer_tidy(&out->pointer);
	*is_pointer = out->was_pointer = true;
	if ((rc = vv_pointer_read(&p, &arena, out->pointer.data, out->pointer.len, err)) < 0) {
		vv_prefix(err, "%s", vv_text_shows(name));
		return rc == VV_EINPUT ? vv_hint_code(err, VV_HINT_RESTORE_DATA, name) : rc;
	}
	out->result.cid = p.root;
	return vv_blob_id(out->pointer.data, out->pointer.len, &out->blob, err);
}

/* One attempt; *changed when the file was written to meanwhile. */
static vv_status import_once(vv_dataset_reader *r, const char *path, const char *file,
			     const vv_dataset_options *opts, const vv_dataset_target *to,
			     vv_dataset_found *out, bool *is_pointer, bool *changed, vv_error *err)
{
	vv_stat before, after;
	vv_source source;
	vv_fd_source fds;
	bool sure = false;
	*changed = false;
	vv_auto(vv_fd) fd = vv_open(file, O_RDONLY | O_NOFOLLOW | O_NONBLOCK, 0, err);
	if (fd < 0) return (vv_status)fd;
	vv_status rc = vv_fstat(&before, fd, path, err);
	if (rc == VV_OK && !S_ISREG(before.mode)) {
		return vv_fail(err, VV_EINPUT, "'%s' is not a regular file", vv_text_shows(path));
	}
	if (rc < 0 || (rc = take_pointer_text(fd, path, &before, out, is_pointer, err)) < 0) {
		return rc;
	}
	if (!*is_pointer) {
		sure = vv_stat_wait(&before);
		vv_source_fd(&source, &fds, fd, path, before.size);
		rc = vv_dataset_reader_import(r, path, &source, opts, to, out, err);
	}
	if (vv_fstat(&after, fd, path, VV_IGNORED) < 0 || !vv_stat_equal(&before, &after) ||
	    vv_lstat(&after, file, VV_IGNORED) < 0 || !vv_stat_equal(&before, &after)) {
		*changed = true;
	}
	out->st = before;
	return rc < 0 || *changed || *is_pointer
		       ? rc
		       : vv_stat_cache_set(r->parts.stats, path, &before, &out->blob, sure, err);
}

vv_status vv_dataset_reader_import_file(vv_dataset_reader *r, const char *path,
					const vv_dataset_options *opts, const vv_dataset_target *to,
					vv_dataset_found *out, bool *is_pointer, vv_error *err)
{
	vv_auto(char) *file = vv_repository_file(r->parts.repo, path);
	vv_status rc = VV_OK;
	bool changed = false;
	if (!file) return vv_fail_nomem(err);
	for (unsigned attempt = 0; attempt < 2; attempt++) {
		vv_dataset_found_clear(out);
		rc = import_once(r, path, file, opts, to, out, is_pointer, &changed, err);
		if (!changed) {
			break;
		}
	}
	if (changed) {
		rc = vv_fail(err, VV_EINPUT,
			     "'%s' changed while it was being read\nwait until the other program "
			     "has finished writing, then add the file again",
			     vv_text_shows(path));
	}
	return rc;
}

void vv_dataset_found_clear(vv_dataset_found *f)
{
	vv_import_result_clear(&f->result);
	vv_root_clear(&f->parent_root);
	vv_buf_clear(&f->pointer);
	vv_free(f->package_path);
	*f = (vv_dataset_found){0};
}

/* Is the file, whose stat this is, of another length than the version? Then it is another version, as each has its file's
 * bytes. */
static bool has_other_length(vv_dataset_reader *r, const vv_stat *st, const vv_oid *blob)
{
	vv_auto(vv_arena) arena = VV_ARENA_INIT;
	vv_pointer p;
	bool is = false;

	return vv_dataset_reader_find_pointer(r, blob, &arena, &p, &is, VV_IGNORED) == VV_OK &&
	       is && p.bytes != st->size;
}

/* A file of the work tree that is compared with the index. */
typedef struct work_file {
	const char *path, *file; /* file: where the system has it */
	const vv_oid *blob;
	const vv_index_entry *entry; /* or NULL */
} work_file;

/* As vv_dataset_reader_work_known. by_length: the state of a file of another length is known. */
static vv_status find_known(vv_dataset_reader *r, const work_file *w, bool by_length,
			    vv_work_state *out, bool *known, vv_error *err)
{
	bool anew = false, cached = false;
	vv_stat st;
	vv_status rc = vv_lstat(&st, w->file, VV_IGNORED);
	const bool regular = rc == VV_OK && S_ISREG(st.mode);

	*known = true;
	if (!regular) {
		*out = rc == VV_ENOTFOUND ? VV_WORK_DELETED : VV_WORK_OTHER;
		return VV_OK;
	}
	if ((rc = dataset_reader_knows_file(r, w->path, &st, w->blob, &cached, &anew, err)) < 0) {
		return rc;
	}
	*out = VV_WORK_SAME;
	if (cached) return VV_OK;
	const bool maybe_pointer = vv_dataset_reader_holds_pointer(w->file, &st);
	if (w->entry && !anew && !maybe_pointer &&
	    dataset_reader_open_index(r, VV_IGNORED) == VV_OK &&
	    vv_index_stat_clean(r->index, w->entry, &st)) {
		return VV_OK;
	}
	*out = VV_WORK_MODIFIED;
	*known = by_length && !maybe_pointer && has_other_length(r, &st, w->blob);
	return VV_OK;
}

vv_status vv_dataset_reader_work_known(vv_dataset_reader *r, const char *path,
				       const vv_oid *index_blob, const vv_index_entry *entry,
				       vv_work_state *out, bool *known, vv_error *err)
{
	vv_auto(char) *file = vv_repository_file(r->parts.repo, path);
	const work_file w = {path, file, index_blob, entry};

	return file ? find_known(r, &w, false, out, known, err) : vv_fail_nomem(err);
}

vv_status vv_dataset_reader_work_state(vv_dataset_reader *r, const char *path,
				       const vv_oid *index_blob, const vv_index_entry *entry,
				       vv_work_state *out, vv_dataset_found *found, vv_error *err)
{
	vv_auto(vv_dataset_found) own = {0};
	vv_dataset_options opts = VV_DATASET_OPTIONS_INIT;
	vv_auto(char) *file = vv_repository_file(r->parts.repo, path);
	bool is_pointer = false, known;
	vv_status rc;

	const work_file w = {path, file, index_blob, entry};

	if (!file) return vv_fail_nomem(err);
	if ((rc = find_known(r, &w, !found, out, &known, err)) < 0 || known) return rc;
	vv_dataset_found *into = found ? found : &own;
	rc = vv_dataset_reader_import_file(r, path, &opts, NULL, into, &is_pointer, err);
	if (rc == VV_OK) {
		bool same = vv_oid_equal(&into->blob, index_blob);
		if (is_pointer && same) {
			*out = VV_WORK_POINTER;
		} else if (same) {
			*out = VV_WORK_SAME;
		} else {
			*out = VV_WORK_MODIFIED;
		}
	}
	return rc;
}
