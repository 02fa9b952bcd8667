/*
 * input: with which types, key and dialect plain text is read for a check.
 */
#include "lib/check/input.h"

#include <errno.h>
#include <string.h>
#include <sys/stat.h>

#include "base/file.h"
#include "base/path.h"
#include "base/sys.h"
#include "base/text.h"
#include "dataset/schema/declared.h"
#include "dataset/table/import.h"
#include "dataset/table/mem_sink.h"
#include "lib/check/reach.h"

#define BESIDE_MAX ((uint64_t)64 << 20)

vv_status vv_check_read_beside(void *payload, const char *path, vv_buf *out, vv_error *err)
{
	const vv_check_input_options *o = payload;
	vv_status rc;

	if (o->read_other && strcmp(path, VV_RULES_NAME) != 0 &&
	    strcmp(vv_path_base(path), VV_PACKAGE_NAME) != 0) {
		*o->read_other = true;
	}
	if (o->side->kind != VV_SIDE_WORK) {
		const bool index = o->side->kind == VV_SIDE_INDEX;
		vv_subject at = {.from = index ? VV_FROM_INDEX : VV_FROM_COMMIT,
				 .commit = o->side->commit,
				 .repo = o->repo,
				 .reader = o->reader};

		return vv_subject_beside(&at, path, out, err);
	}
	if (!o->repo && strcmp(path, VV_RULES_NAME) == 0) {
		if (!o->rules_text) return vv_fail(err, VV_ENOTFOUND, "no such %s", path);
		return vv_buf_write(out, o->rules_text->data, o->rules_text->len, err);
	}
	vv_auto(char) *file = o->repo ? vv_repository_file(o->repo, path) : vv_strdup(path);
	if (!file) return vv_fail_nomem(err);
	if ((rc = vv_check_may_read(file, o->package_path, err)) == VV_OK) {
		rc = vv_read_regular(out, file, BESIDE_MAX, err);
	}
	return rc;
}

void vv_check_input_close(vv_check_input *in)
{
	if (!in->begun) return;
	vv_subject_source_close(&in->bytes);
	if (in->open) {
		vv_table_close(&in->table);
	}
	if (in->document) {
		vv_table_close(&in->kept);
	}
	vv_mend_close(in->mend);
	vv_mem_sink_free(in->passing);
	vv_subject_clear(&in->subject);
	vv_package_resource_clear(&in->package);
	vv_free(in->name);
	memset(in, 0, sizeof(*in));
}

static bool is_standard(const vv_check_input_options *o, const char *path)
{
	return o->standard && strcmp(path, o->standard_path ? o->standard_path : "-") == 0;
}

/* Checks the file's type: only a regular one can be read; of a link in place of a tracked file the next commit
 * has the link. */
static vv_status want_file(const vv_check_input_options *o, const char *path, const char *name,
			   vv_error *err)
{
	const vv_index *x;
	vv_index_entry e;
	struct stat st;
	vv_status rc;

	if (o->repo && lstat(name, &st) == 0 && S_ISLNK(st.st_mode)) {
		if ((rc = vv_dataset_reader_index(o->reader, &x, err)) < 0) return rc;
		if (vv_index_get(x, path, &e) && S_ISREG(e.mode)) {
			return vv_fail(err, VV_EINPUT, "is a symbolic link, not a regular file");
		}
	}
	if (stat(name, &st) < 0) {
		return errno == ENOENT ? vv_fail(err, VV_EINPUT,
						 "is a symbolic link to a file that does not exist")
				       : VV_OK;
	}
	if (S_ISDIR(st.st_mode)) return vv_fail(err, VV_EINPUT, "is a folder, not a file");
	return !S_ISREG(st.st_mode) ? vv_fail(err, VV_EINPUT, "is not a regular file") : VV_OK;
}

/* By the side, never by a word: a file might be called like it. */
static vv_status find_subject(vv_check_input *in, const char *path, const vv_check_input_options *o,
			      vv_error *err)
{
	vv_status rc;

	if (o->side->kind != VV_SIDE_WORK) {
		const vv_oid *commit = o->side->kind == VV_SIDE_COMMIT ? &o->side->commit : NULL;

		return vv_subject_find(&in->subject, o->repo, o->reader,
				       &(vv_version_name){.path = path, .commit = commit}, err);
	}
	if (is_standard(o, path)) {
		in->name = vv_strdup(o->standard);
	} else if (o->repo) {
		in->name = vv_repository_file(o->repo, path);
	} else {
		in->name = vv_strdup(path);
	}
	if (!in->name) return vv_fail_nomem(err);
	const size_t len = vv_subject_file_len(in->name);
	vv_auto(char) *file = vv_strndup(in->name, len > 0 ? len : strlen(in->name));
	if (!file) return vv_fail_nomem(err);
	if (!is_standard(o, path) && ((rc = vv_check_may_read(file, o->package_path, err)) < 0 ||
				      (len > 0 && (rc = want_file(o, path, file, err)) < 0))) {
		return rc;
	}
	in->subject.env = o->repo ? vv_repository_env(o->repo) : o->env;
	return vv_subject_find(&in->subject, o->repo, o->reader,
			       &(vv_version_name){.file = in->name, .shown = path}, err);
}

/* Reads datapackage.json. An invalid one is a finding, not a failure. */
static vv_status find_package(vv_check_input *in, const char *path, const vv_check_input_options *o,
			      vv_error *err)
{
	vv_check_input_options beside = *o;

	if (is_standard(o, path) && !o->standard_path) return VV_OK;
	vv_status rc = vv_declared_find(&in->package, &in->described, o->package_path, path,
					vv_check_read_beside, &beside, &in->why);
	if (rc == VV_OK) return VV_OK;
	if (rc == VV_EINPUT) {
		in->bad_package = true;
		return VV_OK;
	}
	return vv_error_copy(err, &in->why);
}

vv_status vv_check_input_source(vv_check_input *in, vv_source *out, vv_error *err)
{
	vv_subject *s = &in->subject;
	vv_status rc;

	vv_subject_source_close(&in->bytes);
	if ((rc = in->document ? vv_subject_source_of(&in->bytes, &in->kept, s->text, err)
			       : vv_subject_source_open(&in->bytes, s, err)) < 0 ||
	    (vv_subject_is_packed(s) && (rc = vv_subject_source_unpack(&in->bytes, err)) < 0)) {
		return rc;
	}
	*out = in->bytes.source;
	return VV_OK;
}

static bool has_columns(const vv_table *t, const char *const *key, size_t count)
{
	return count > 0 && vv_schema_places(NULL, &t->schema, key, count);
}

/* Sets the key that the version would have after add: its package's, or the base's. The check
 * verifies it. */
static vv_status lend_key(vv_check_input *in, const vv_table *base, const vv_sink *sink,
			  vv_error *err)
{
	const vv_root *root = &in->table.root;
	const char *const *key = (const char *const *)in->table.schema.primary_key;
	vv_key_source source = VV_KEY_PACKAGE;
	vv_table keyed;
	vv_cid cid;

	/* one that was found has given way as in add */
	if (in->gave_way && base && base->root.key_source == VV_KEY_INFERRED) {
		base = NULL;
	}
	if (root->key_count > 0 || root->kind != VV_KIND_TABLE) return VV_OK;
	if (!has_columns(&in->table, key, in->table.schema.primary_key_count)) {
		if (!base || !has_columns(&in->table, (const char *const *)base->root.key,
					  base->root.key_count)) {
			return VV_OK;
		}
		key = (const char *const *)base->root.key;
		source = base->root.key_source;
	}
	vv_status rc = vv_table_reschema(&cid, &in->table, sink, root->schema.data,
					 root->schema.len, key, source, NULL, err);
	if (rc < 0 || (rc = vv_table_open(&keyed, sink, &cid, err)) < 0) return rc;
	vv_table_close(&in->table);
	in->table = keyed;
	return VV_OK;
}

static bool is_refusal(vv_status rc)
{
	return rc == VV_EINPUT || rc == VV_EREFUSED || rc == VV_ENOSUPPORT;
}

/* Imports the readable part of a file that add would refuse; if that is empty, it stays refused. */
static vv_status import_mended(vv_check_input *in, vv_import_result *result,
			       const vv_import_options *asked, const vv_sink *sink, vv_error *err)
{
	vv_import_options io = *asked;
	vv_source source, readable;
	vv_auto(vv_mend) *m = NULL;
	vv_error why;
	vv_status rc = vv_check_input_source(in, &source, err);

	vv_import_result_clear(result);
	if (rc < 0) return rc;
	if ((rc = vv_mend_open(&m, &source, &io.hints, &why)) == VV_OK) {
		vv_mend_source(m, &readable);
		vv_mend_hints(m, &in->hints);
		io.cache = NULL;
		io.hints = in->hints;
		rc = vv_import(result, &readable, sink, &io, &why);
	}
	if (rc == VV_OK && (rc = vv_table_open(&in->table, sink, &result->cid, &why)) == VV_OK) {
		in->open = true;
		in->refused = false;
		in->mend = vv_take(&m);
		return VV_OK;
	}
	if (is_refusal(rc) || rc == VV_ENOTFOUND || rc == VV_ECONFLICT) return VV_OK;
	return vv_error_copy(err, &why);
}

static vv_pool *pool_of(const vv_check_input_options *o)
{
	return o->reader ? vv_dataset_reader_pool(o->reader) : o->pool;
}

/* Imports plain text as add would. Sets `refused` if add would refuse it. */
static vv_status import_plain(vv_check_input *in, const vv_check_input_options *o, vv_error *err)
{
	/* inferred types may change as in add; without a version in the index they are the base's */
	const vv_subject_options how = {.hints = o->written,
					.find_key = !o->base && !in->described,
					.unpack = true,
					.before = in->document ? &in->kept.root : NULL,
					.types = o->base ? &o->base->root : NULL,
					.package = &in->package,
					.pool = pool_of(o),
					.progress = o->progress};
	vv_auto(vv_import_result) result = {0};
	vv_auto(vv_subject_way) way = {0};
	vv_store *store = NULL;
	vv_source source;
	vv_sink sink;
	vv_status rc;

	if ((o->repo && (rc = vv_repository_store(o->repo, &store, err)) < 0) ||
	    (rc = vv_subject_way_open(&way, &in->subject, &how, err)) < 0 ||
	    (rc = vv_mem_sink_new(&in->passing, store, way.io.temp_dir, err)) < 0 ||
	    (rc = vv_check_input_source(in, &source, err)) < 0) {
		return rc;
	}
	in->hints = way.io.hints;
	in->hints.parent = NULL;
	in->gave_way = way.has_parent;
	vv_mem_sink_use(&sink, in->passing);
	rc = vv_import(&result, &source, &sink, &way.io, &in->why);
	if (is_refusal(rc)) {
		in->refused = true;
		rc = import_mended(in, &result, &way.io, &sink, err);
	} else if (rc < 0) {
		*err = in->why;
	} else if ((rc = vv_table_open(&in->table, &sink, &result.cid, err)) == VV_OK) {
		in->open = true;
		in->refused = false;
	}
	return rc == VV_OK && in->open ? lend_key(in, o->base, &sink, err) : rc;
}

static vv_subject_options document_options(const vv_check_input_options *o)
{
	return (vv_subject_options){
		.progress = o->progress, .pool = o->pool, .like = o->like, .keep = o->keep};
}

/* With the reader's types, unless a description or a base exists; else its text, read like any
 * other. */
static vv_status import_document(vv_check_input *in, const vv_check_input_options *o, vv_error *err)
{
	const vv_subject_options how = document_options(o);
	vv_sink sink;
	vv_status rc = vv_subject_open(&in->subject, &in->table, &how, err);

	if (rc < 0) return rc;
	in->open = true;
	if (in->table.root.kind == VV_KIND_TABLE && o->base &&
	    !(in->described && in->package.schema.len > 0) &&
	    (o->base->root.schema.len != in->table.root.schema.len ||
	     memcmp(o->base->root.schema.data, in->table.root.schema.data,
		    in->table.root.schema.len) != 0)) {
		in->kept = in->table;
		in->document = true;
		in->open = false;
		memset(&in->table, 0, sizeof(in->table));
		return import_plain(in, o, err);
	}
	if (in->subject.own.passing) {
		vv_mem_sink_use(&sink, in->subject.own.passing);
	} else if ((rc = vv_mem_sink_new(&in->passing, in->subject.own.kept,
					 vv_subject_temp_dir(&in->subject), err)) == VV_OK) {
		vv_mem_sink_use(&sink, in->passing);
	}
	return rc < 0 ? rc : lend_key(in, o->base, &sink, err);
}

/* git takes long to find the attributes of a path among thousands of lines. */
static bool is_document(const vv_check_input *in, const vv_check_input_options *o)
{
	const vv_subject *s = &in->subject;
	const char *name = s->path ? s->path : s->file;

	return s->table || (name && !vv_text_same(o->plain, name) &&
			    vv_document_is_name(s->repo, s->env, name));
}

static vv_status open_stored(vv_check_input *in, vv_error *err)
{
	vv_status rc = vv_dataset_open(&in->table, in->subject.repo, &in->subject.root, err);

	if (rc < 0) return rc;
	in->open = in->table.root.kind != VV_KIND_FILE;
	if (!in->open) {
		vv_table_close(&in->table);
	}
	return VV_OK;
}

static vv_status find_input(vv_check_input *in, const char *path, const vv_check_input_options *o,
			    vv_error *err)
{
	static const vv_sniff_hints nothing = VV_SNIFF_HINTS_INIT;
	vv_status rc;

	*in = (vv_check_input){.bytes = VV_SUBJECT_SOURCE_INIT,
			       .package.hints = nothing,
			       .hints = nothing,
			       .begun = true};
	return (rc = find_subject(in, path, o, err)) < 0 ||
			       (rc = vv_subject_settle(&in->subject, err)) < 0
		       ? rc
		       : find_package(in, path, o, err);
}

void vv_check_input_begin(vv_check_input *in, const char *path, const vv_check_input_options *o)
{
	const vv_subject_options how = document_options(o);

	if (find_input(in, path, o, VV_IGNORED) < 0) {
		vv_check_input_close(in); /* opening it reports the error */
	} else if (is_document(in, o)) {
		vv_subject_begin(&in->subject, &how);
	}
}

vv_status vv_check_input_open(vv_check_input *in, const char *path, const vv_check_input_options *o,
			      vv_error *err)
{
	bool broken = false;
	vv_status rc = in->begun ? VV_OK : find_input(in, path, o, err);

	if (rc < 0) {
		goto done;
	}
	if ((broken = vv_subject_is_broken(&in->subject, err))) {
		rc = VV_EINPUT;
		goto done;
	}
	if (is_document(in, o)) {
		rc = import_document(in, o, err);
	} else if (in->subject.is_dataset) {
		rc = open_stored(in, err);
		/* a file of bytes, or one that exists here and of which only the stored form is missing */
		rc = (rc == VV_EMISSING && in->subject.on_disk) || (rc == VV_OK && !in->open)
			     ? import_plain(in, o, err)
			     : rc;
	} else {
		rc = import_plain(in, o, err);
	}
done:
	if (rc < 0) {
		if (rc != VV_ENOTFOUND) {
			vv_prefix(err, "%s", vv_text_shows(path));
		}
		vv_check_input_close(in);
		in->broken = broken;
	}
	return rc;
}

const char *vv_check_without_path(const char *message, const char *path)
{
	const char *shown = vv_text_shows(path);
	size_t n = strlen(shown);

	while (strncmp(message, shown, n) == 0 && strncmp(message + n, ": ", 2) == 0) {
		message += n + 2;
	}
	return message;
}
