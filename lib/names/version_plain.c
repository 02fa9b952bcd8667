/*
 * version_plain: imports plain text (a blob, a file) into temporary blocks, with the schema that
 * its version would have.
 */
#include "lib/names/version_internal.h"

#include <fcntl.h>
#include <string.h>
#include <time.h>

#include "base/array.h"
#include "base/file.h"
#include "base/hint.h"
#include "base/sys.h"
#include "base/text.h"
#include "dataset/format/dialect.h"
#include "dataset/format/form.h"
#include "dataset/read/file_text.h"
#include "dataset/read/scan_cache.h"
#include "dataset/read/unseen.h"
#include "dataset/schema/declared.h"
#include "dataset/table/bytes.h"
#include "dataset/table/import.h"
#include "dataset/table/mem_sink.h"
#include "diff/rows/file_groups.h"
#include "lib/names/dialect_words.h"
#include "lib/names/version.h"
#include "repo/blocks/decompress.h"
#include "repo/git/index/index.h"
#include "repo/git/index/stat_cache.h"

#define PACKAGE_MAX (64u << 20)
#define PIECE (1u << 20)
#define PAST_MAX 64u              /* commits, one after the other, in which a table has no bytes */
#define IN_MEMORY_MAX (64u << 20) /* of a blob whose row groups stay in its bytes */

vv_status vv_subject_beside(void *payload, const char *path, vv_buf *out, vv_error *err)
{
	vv_subject *s = payload;
	vv_auto(vv_tree_entry) e = {0};
	const vv_index *x;
	vv_index_entry ie;
	vv_status rc;

	if (s->from == VV_FROM_COMMIT) {
		if ((rc = vv_tree_entry_at(s->repo, &s->commit, path, &e, err)) < 0) return rc;
		return vv_blob_read(s->repo, &e.id, PACKAGE_MAX, out, err);
	}
	if (s->from == VV_FROM_INDEX) {
		if ((rc = vv_dataset_reader_index(s->reader, &x, err)) == VV_OK) {
			rc = vv_index_get(x, path, &ie)
				     ? vv_blob_read(s->repo, &ie.id, PACKAGE_MAX, out, err)
				     : vv_fail(err, VV_ENOTFOUND, "'%s' is not in the index",
					       vv_text_shows(path));
		}
		return rc;
	}
	vv_auto(char) *file = vv_repository_file(s->repo, path);
	return vv_read_regular(out, file, PACKAGE_MAX, err);
}

/* --- bytes ----------------------------------------------------------------- */

/* A file of bytes that varve keeps, and that is not in the work tree. */
static bool is_kept_file(const vv_subject *s)
{
	return s->is_dataset && !s->on_disk;
}

static vv_status open_table(vv_subject_source *b, vv_table *t, const char *name, vv_error *err)
{
	const vv_status rc = vv_table_source_open(&b->stored_bytes, t, err);

	b->source = (vv_source){.read = vv_table_source_read,
				.payload = b->stored_bytes,
				.size = t->root.bytes,
				.name = name};
	return rc;
}

vv_status vv_subject_source_of(vv_subject_source *out, vv_table *t, const char *name, vv_error *err)
{
	*out = (vv_subject_source)VV_SUBJECT_SOURCE_INIT;
	return open_table(out, t, name, err);
}

static vv_status open_kept_file(vv_subject_source *b, const vv_subject *s, vv_error *err)
{
	const vv_status rc = vv_dataset_open_stored(&b->stored, s->repo, &s->root, err);

	return rc < 0 ? rc : open_table(b, &b->stored, s->text, err);
}

static vv_status open_file(vv_subject_source *b, const vv_subject *s, vv_error *err)
{
	const char *file = s->lfs ? s->lfs : s->file;
	vv_stat st;
	vv_status rc;

	if ((b->fd = vv_open_regular(file, 0, err)) < 0) return (vv_status)b->fd;
	if ((rc = vv_fstat(&st, b->fd, file, err)) == VV_OK) {
		vv_source_fd(&b->source, &b->file, b->fd, s->text, st.size);
	}
	return rc;
}

vv_status vv_subject_source_open(vv_subject_source *out, const vv_subject *s, vv_error *err)
{
	vv_status rc;

	*out = (vv_subject_source)VV_SUBJECT_SOURCE_INIT;
	if (is_kept_file(s)) return open_kept_file(out, s, err);
	if (s->from == VV_FROM_WORK || s->lfs) return open_file(out, s, err);
	if ((rc = vv_blob_read(s->repo, &s->blob, SIZE_MAX, &out->blob, err)) == VV_OK) {
		vv_source_mem(&out->source, &out->memory, vv_buf_cstr(&out->blob), out->blob.len,
			      s->text);
	}
	return rc;
}

vv_status vv_subject_source_unpack(vv_subject_source *b, vv_error *err)
{
	const vv_status rc = vv_unpacked_open(&b->unpacked, &b->source, err);

	if (rc == VV_OK) {
		b->source = *vv_unpacked_source(b->unpacked);
	}
	return rc;
}

void vv_subject_source_close(vv_subject_source *b)
{
	vv_unpacked_close(b->unpacked);
	vv_table_source_close(b->stored_bytes);
	vv_table_close(&b->stored);
	vv_fd_close(&b->fd);
	vv_buf_clear(&b->blob);
	*b = (vv_subject_source)VV_SUBJECT_SOURCE_INIT;
}

bool vv_subject_is_packed(const vv_subject *s)
{
	return vv_decompress_name(s->path ? s->path : s->text) > 0;
}

/* A source whose line ends CRLF are read as LF. */
typedef struct lf_source {
	vv_source of;
	size_t at, len; /* of `raw` */
	char raw[8192]; /* bytes that were read, but not yet returned */
} lf_source;

static ssize_t fill_raw(lf_source *s, vv_error *err)
{
	const ssize_t n = s->of.read(s->of.payload, s->raw, sizeof(s->raw), err);

	s->at = 0;
	s->len = n > 0 ? (size_t)n : 0;
	return n;
}

static ssize_t read_as_lf(void *payload, void *buf, size_t len, vv_error *err)
{
	lf_source *s = payload;
	char *out = buf;
	size_t kept = 0;
	ssize_t n;

	while (kept < len) {
		if (s->at == s->len && (kept > 0 || (n = fill_raw(s, err)) <= 0)) {
			return kept > 0 ? (ssize_t)kept : n;
		}
		const char c = s->raw[s->at++];
		if (c == '\r' && s->at == s->len && (n = fill_raw(s, err)) < 0) return n;
		if (c != '\r' || s->at == s->len || s->raw[s->at] != '\n') {
			out[kept++] = c;
		}
	}
	return (ssize_t)kept;
}

static vv_status again_as_lf(void *payload, vv_error *err)
{
	lf_source *s = payload;

	s->at = s->len = 0;
	return s->of.again(s->of.payload, err);
}

static void use_lf(lf_source *s, vv_source *source)
{
	s->of = *source;
	s->at = s->len = 0;
	source->payload = s;
	source->read = read_as_lf;
	source->again = source->again ? again_as_lf : NULL;
	source->line = NULL;
}

/* Where the bytes come from while they are read. */
typedef struct input {
	vv_subject_source from;
	lf_source lf;
	/* of a version in Git that was read as a document before: its first bytes, while the others are not read */
	vv_buf head;
	bool later;
	vv_subject *subject;
	vv_subject_document *document;
} input;

/* The name under which the first bytes of a document are kept. False: none. */
static bool head_name(vv_kept_name *out, const vv_subject *s)
{
	vv_auto(vv_buf) b = VV_BUF_INIT;

	if (!s->repo || vv_oid_is_null(&s->blob)) return false;
	vv_buf_printf(&b, "head of %s", vv_oid_shows(&s->blob));
	return vv_buf_ok(&b, VV_IGNORED) == VV_OK &&
	       vv_kept_name_of(out, b.data, b.len, VV_IGNORED) == VV_OK;
}

static vv_status load_blob(input *in, vv_subject *s, vv_error *err)
{
	in->later = false;
	return vv_subject_source_open(&in->from, s, err);
}

/* document: it may be one, whose bytes are not read before they are needed. */
static vv_status input_open(input *in, vv_subject *s, bool document, vv_error *err)
{
	vv_kept_name name;

	*in = (input){.from = VV_SUBJECT_SOURCE_INIT, .subject = s};
	in->later = document && !is_kept_file(s) && s->from != VV_FROM_WORK && !s->lfs &&
		    head_name(&name, s) && vv_kept_text_get(&in->head, s->repo, &name);
	return in->later ? VV_OK : load_blob(in, s, err);
}

static void input_close(input *in)
{
	vv_subject_source_close(&in->from);
	vv_buf_clear(&in->head);
}
VV_AUTO_CLEAR(input, input_close)

/* Is the other one plain text whose groups this one may have, too? */
static bool may_share(const vv_subject *s, const vv_subject *like)
{
	return like && like->own.raw && (like->own.types.items || like->own.in_file) &&
	       vv_cid_is_null(&s->parent);
}

const char *vv_subject_temp_dir(const vv_subject *s)
{
	return vv_env_temp_dir(s->repo ? vv_repository_env(s->repo) : s->env);
}

/* Where the blocks go. */
static vv_status open_passing(vv_subject *s, vv_store *store, const vv_subject *like, vv_error *err)
{
	if (!may_share(s, like)) {
		return vv_mem_sink_new(&s->own.passing, store, vv_subject_temp_dir(s), err);
	}
	s->own.passing = like->own.passing;
	s->own.lent = true;
	return VV_OK;
}

/* Rows of the other file that are in this one need not be read again. */
static vv_status share_groups(vv_import_options *io, vv_table *known, const vv_subject *like,
			      vv_error *err)
{
	vv_sink source;
	vv_status rc;

	vv_mem_sink_use(&source, like->own.passing);
	if ((rc = vv_table_open(known, &source, &like->made, err)) == VV_OK) {
		io->known = &known->root;
		io->known_types = &like->own.types;
		io->known_schema = &known->schema;
		io->cache = like->own.raw;
		io->secret = like->own.raw_secret;
	}
	return rc;
}

/* Keeps data of plain text that the next one may share. */
static vv_status keep_groups(vv_subject *s, vv_import_result *r, const vv_import_options *io,
			     input *in, vv_table *t, vv_error *err)
{
	vv_sink made = t->source;
	int fd = in->from.fd;
	vv_status rc;

	if (r->in_file) {
		in->from.fd = -1;
		if ((rc = vv_file_groups_new(&s->own.groups, t, r->cache, io->secret, fd,
					     fd < 0 ? vv_buf_detach(&in->from.blob) : NULL, s->text,
					     &made, err)) < 0) {
			return rc;
		}
		vv_file_groups_use(&t->source, s->own.groups);
	}
	s->own.raw = r->cache;
	s->own.types = r->types;
	s->own.raw_secret = io->secret;
	r->cache = NULL;
	r->types.items = NULL;
	return VV_OK;
}

/* --- the way --------------------------------------------------------------- */

static void way_init(vv_subject_way *w, const vv_subject *s, const vv_subject_options *opts)
{
	static const char *const no_key[] = {NULL};
	static const vv_sniff_hints nothing = VV_SNIFF_HINTS_INIT;

	*w = (vv_subject_way){.described.hints = nothing};
	w->io = (vv_import_options){.kind = VV_KIND_TABLE,
				    .find_encoding = true,
				    .order = opts->as_add ? VV_ORDER_KEEP : VV_ORDER_READ,
				    .hints = nothing,
				    .key = no_key,
				    .keep_types = opts->keep,
				    .temp_dir = vv_subject_temp_dir(s),
				    .progress = opts->progress,
				    .pool = opts->pool};
	if (opts->find_key) {
		w->io.key = NULL;
	}
	if (!opts->pool && s->reader) {
		w->io.pool = vv_dataset_reader_pool(s->reader);
	}
	vv_random(&w->io.secret, sizeof(w->io.secret));
}

void vv_subject_way_close(vv_subject_way *w)
{
	vv_package_resource_clear(&w->described);
	vv_schema_clear(&w->schema);
	vv_table_close(&w->parent);
	vv_subject_clear(&w->past);
	vv_scan_cache_free(w->cache);
}

/* A declared key is not proved here: checks do that. */
static vv_status describe_table(vv_subject_way *w, vv_subject *s, const vv_package_resource *given,
				vv_error *err)
{
	const vv_package_resource *res = given ? given : &w->described;
	vv_import_options *io = &w->io;
	bool described;
	vv_status rc;

	if (!given && s->path && s->repo) {
		vv_auto(char) *name = vv_subject_name(s);

		if (!name) return vv_fail_nomem(err);
		if ((rc = vv_declared_find(&w->described, &described, NULL, name, vv_subject_beside,
					   s, err)) < 0) {
			return rc;
		}
	}
	io->hints = res->hints;
	io->schema = res->schema.len ? res->schema.data : NULL;
	io->schema_len = res->schema.len;
	if (given || !res->has_key) return VV_OK;
	rc = vv_schema_read(&w->schema, io->schema, io->schema_len, res->package_path, err);
	io->key = (const char *const *)w->schema.primary_key;
	io->key_source = VV_KEY_PACKAGE;
	io->key_known = w->has_key = true;
	return rc;
}

/* Opens the version in the index, if there is one. Where its blocks are missing here the file is
 * alone. */
static vv_status open_parent(vv_subject_way *w, const vv_subject *s, vv_error *err)
{
	if (vv_cid_is_null(&s->parent)) return VV_OK;
	const vv_status rc = vv_dataset_open_stored(&w->parent, s->repo, &s->parent, err);
	w->has_parent = rc == VV_OK;
	return rc == VV_EMISSING ? VV_OK : rc;
}

/* Takes schema, dialect and rows that are unchanged from the version in the index. */
static vv_status take_parent(vv_subject_way *w, const vv_subject *s, bool as_table, vv_error *err)
{
	vv_import_options *io = &w->io;

	if (!w->has_parent) return VV_OK;
	if (w->parent.root.kind != VV_KIND_TABLE) {
		io->kind = as_table ? VV_KIND_TABLE : VV_KIND_FILE; /* as add would keep it */
		return VV_OK;
	}
	io->parent = &w->parent.root;
	io->hints.parent = &w->parent.root.dialect;
	io->key = w->has_key ? io->key : NULL; /* the parent's stays */
	if (!s->reader || s->lfs || vv_cid_is_null(&s->parent)) return VV_OK;
	vv_status rc = vv_dataset_reader_scan_cache(s->reader, s->path, &s->parent, &w->cache,
						    &io->secret, err);
	io->cache = w->cache;
	return rc;
}

vv_status vv_subject_way_open(vv_subject_way *out, vv_subject *s, const vv_subject_options *opts,
			      vv_error *err)
{
	const bool unpack = opts->unpack && vv_subject_is_packed(s);
	vv_import_options *io = &out->io;
	vv_status rc;

	way_init(out, s, opts);
	if ((rc = describe_table(out, s, opts->package, err)) < 0 ||
	    (rc = open_parent(out, s, err)) < 0 ||
	    (rc = vv_subject_way_past(out, s, opts, err)) < 0) {
		return rc;
	}
	io->choose_order = opts->as_add && s->repo;
	if (opts->hints) {
		vv_sniff_hints_over(&io->hints, opts->hints);
	}
	if (opts->before && opts->before->kind == VV_KIND_TABLE) {
		io->hints.parent = &opts->before->dialect;
	}
	if (opts->types && opts->types->kind == VV_KIND_TABLE && !io->schema && !out->has_parent) {
		io->schema = opts->types->schema.data;
		io->schema_len = opts->types->schema.len;
	}
	return take_parent(out, s, unpack || opts->package, err);
}

/* --- documents ------------------------------------------------------------ */

/* All of it, in pieces. */
static vv_status put_source(const vv_source *source, vv_bytes_fn fn, void *payload,
			    const vv_progress *progress, vv_error *err)
{
	vv_auto(char) *piece = vv_malloc(PIECE);
	uint64_t done = 0;
	ssize_t got = 0;
	vv_status rc = piece ? VV_OK : vv_fail_nomem(err);

	while (rc == VV_OK && (got = source->read(source->payload, piece, PIECE, err)) > 0) {
		done += (uint64_t)got;
		if ((rc = fn(payload, piece, (size_t)got, err)) == VV_OK) {
			rc = vv_progress_update(progress, "reading", done, source->size, err);
		}
	}
	return rc < 0 || got >= 0 ? rc : (vv_status)got;
}

/* Readers open files: a version in Git or in varve is copied to a temporary one. */
static vv_status copy_to_file(vv_subject_document *d, input *in, const char *dir, vv_error *err)
{
	vv_auto(vv_new_file) f = {0};
	vv_status rc;

	vv_temp_sweep(dir, ".varve-document-");
	if ((rc = vv_new_file_open(&f, dir, ".varve-document-", err)) < 0 ||
	    (rc = put_source(&in->from.source, vv_new_file_put, &f, NULL, err)) < 0 ||
	    (rc = vv_new_file_end(&f, false, err)) < 0) {
		return rc;
	}
	d->temp = vv_take(&f.temp);
	return VV_OK;
}

/* payload: the input. */
static vv_status bring_file(void *payload, const char **file, vv_error *err)
{
	input *in = payload;
	vv_subject *s = in->subject;
	vv_status rc;

	if (s->known) return vv_fail(err, VV_EREFUSED, "the file was not read yet");
	if (s->reader && (*file = vv_dataset_reader_copy(s->reader, &s->blob))) return VV_OK;
	if ((in->later && (rc = load_blob(in, s, err)) < 0) ||
	    (rc = copy_to_file(in->document, in, vv_subject_temp_dir(s), err)) < 0) {
		return rc;
	}
	in->from.memory.pos = 0;
	*file = in->document->temp;
	if (s->reader && !vv_oid_is_null(&s->blob)) {
		vv_dataset_reader_take_copy(s->reader, &s->blob, vv_take(&in->document->temp));
	}
	return VV_OK;
}

/* The id that the bytes of a file of the work tree have as a blob; by its stat, where that was seen before. */
static bool know_file(vv_oid *out, vv_subject_document *d, const vv_subject *s, int fd,
		      const char *file)
{
	vv_stat_cache *seen = s->reader && s->path && !s->lfs
				      ? vv_dataset_reader_parts(s->reader)->stats
				      : NULL;
	vv_auto(char) *key = vv_asprintf("/%s", s->path ? s->path : "");
	if (vv_fstat(&d->before, fd, file, VV_IGNORED) < 0 || !key) {
		return false;
	}
	d->document.before = &d->before;
	if (seen && vv_stat_cache_get(seen, key, &d->before, out)) return true;
	if (!vv_stat_wait(&d->before) || vv_blob_id_of_file(file, out, VV_IGNORED) < 0) {
		return false;
	}
	return !seen || vv_stat_cache_set(seen, key, &d->before, out, true, VV_IGNORED) == VV_OK;
}

/* Are the newest rows of a database in a file beside it? Then its bytes do not determine a reader's
 * result. */
static bool has_log(const char *file)
{
	vv_auto(char) *log = vv_asprintf("%s-wal", file);
	vv_stat st;

	return log && vv_lstat(&st, log, VV_IGNORED) == VV_OK && st.size > 0;
}

/* Identifies its bytes: a blob's id, or the one that they would have. */
static void know_document(vv_subject_document *d, const vv_subject *s, const input *in)
{
	vv_oid id = s->blob;

	if (!s->repo || (in->from.fd < 0 && vv_oid_is_null(&id)) ||
	    (in->from.fd >= 0 && has_log(s->lfs ? s->lfs : s->file)) ||
	    (in->from.fd >= 0 && !know_file(&id, d, s, in->from.fd, s->lfs ? s->lfs : s->file))) {
		return;
	}
	vv_oid_text(d->known_as, &id);
	d->document.known_as = d->known_as;
}

/* Does it begin like a document, or have a document's name? A file that varve stores as bytes is judged by its name. Fills
 * in->head. */
static vv_status may_be_document(bool *out, const vv_subject *s, input *in, const vv_env *env,
				 const char *name, vv_error *err)
{
	char head[VV_UNSEEN_HEAD];
	ssize_t n = (ssize_t)(in->from.blob.len < sizeof(head) ? in->from.blob.len : sizeof(head));

	*out = in->from.stored_bytes && vv_document_is_name(s->repo, env, name);
	if (in->from.stored_bytes) return VV_OK;
	if (in->from.fd >= 0 &&
	    (n = vv_pread_full(in->from.fd, head, sizeof(head), 0, s->text, err)) < 0) {
		return (vv_status)n;
	}
	if (!in->later) {
		vv_buf_put(&in->head, in->from.fd < 0 ? vv_buf_cstr(&in->from.blob) : head,
			   (size_t)n);
	}
	*out = vv_document_may_be(s->repo, env, vv_buf_cstr(&in->head), in->head.len, name);
	return vv_buf_ok(&in->head, err);
}

static vv_status refuse_to_write(const vv_subject *s, vv_error *err)
{
	return vv_fail(err, VV_ENOSUPPORT,
		       "%s: varve can read this kind of document, but not write it\nchange the "
		       "document with its own program, or make a CSV file of one of its tables",
		       vv_text_shows(s->text));
}

static vv_status open_document(vv_subject_document *out, bool *is, vv_subject *s, input *in,
			       bool writes, vv_error *err)
{
	const vv_env *env = s->repo ? vv_repository_env(s->repo) : s->env;
	const char *name = s->path ? s->path : s->file;
	vv_kept_name head;
	vv_status rc;

	*is = false;
	if (!name) return VV_OK;
	if (s->reader && vv_dataset_reader_parts(s->reader)->runs_nothing) {
		return s->table ? vv_fail(err, VV_ENOTFOUND,
					  "'%s' is a table of a document, which this server does "
					  "not read",
					  vv_text_shows(s->text))
				: VV_OK;
	}
	if ((rc = may_be_document(is, s, in, env, name, err)) < 0) return rc;
	if (!*is && s->table) {
		return vv_fail(err, VV_ENOTFOUND,
			       "no such file '%s', and no reader for tables in '%s' is installed",
			       vv_text_shows(s->text), vv_text_shows(name));
	}
	if (!*is) return VV_OK;
	if (writes) return refuse_to_write(s, err);
	out->document = (vv_document){.env = env, .repo = s->repo, .name = name};
	know_document(out, s, in);
	out->document.head = vv_buf_cstr(&in->head);
	out->document.head_len = in->head.len;
	if (in->from.fd < 0) {
		in->document = out;
		out->document.bring = bring_file;
		out->document.payload = in;
	} else {
		out->document.file = s->lfs ? s->lfs : s->file;
	}
	rc = vv_document_open(&out->document, err);
	*is = rc == VV_OK;
	if (*is && in->from.fd < 0 && !in->later && !in->from.stored_bytes && head_name(&head, s)) {
		vv_kept_text_put(s->repo, &head, in->head.data, in->head.len);
	}
	/* Without a reader it is read as any other file. */
	const bool excused = rc == VV_ENOSUPPORT && !s->table && !in->from.stored_bytes;
	if (excused && err) {
		(void)vv_error_copy(&out->unread, err);
	}
	return vv_error_excuse(rc, excused, err);
}

vv_status vv_subject_document_open(vv_subject_document *out, bool *is, vv_subject *s, vv_error *err)
{
	vv_auto(input) in = {.from = VV_SUBJECT_SOURCE_INIT};
	vv_status rc = input_open(&in, s, true, err);

	*is = false;
	rc = rc < 0 ? rc : open_document(out, is, s, &in, false, err);
	out->document.bring = NULL; /* its source is closed */
	return rc;
}

void vv_subject_document_close(vv_subject_document *d)
{
	vv_document_close(&d->document);
	if (d->temp) {
		vv_unlink(d->temp, true, NULL);
	}
	vv_free(d->temp);
	d->temp = NULL;
}

/* Bytes on their way to a table. */
struct vv_reading {
	input in;
	vv_subject_way way;
	/* a document: */
	bool is_document;
	vv_subject_document document;
	vv_kept_name name, notes; /* cache keys of its rows, and of notes, if any */
	bool was_made;            /* before, and is open */
	vv_table made;
	vv_document_rows *rows; /* NULL: its reader is not started yet */
	bool ahead;             /* it began by vv_subject_begin */
	/* how it began */
	vv_status status;
	vv_error err;
};

void vv_subject_reading_free(vv_reading *r)
{
	if (!r) return;
	vv_document_rows_close(r->rows);
	if (r->was_made) {
		vv_table_close(&r->made);
	}
	vv_subject_way_close(&r->way);
	vv_subject_document_close(&r->document);
	input_close(&r->in);
	vv_free(r);
}
VV_AUTO_FREE(vv_reading, vv_subject_reading_free)

/* Rows that were made before. */
static bool open_kept(vv_subject *s, vv_reading *r)
{
	vv_sink source;

	if (!r->document.document.known_as ||
	    !vv_kept_rows_get(&s->own.kept, &s->made, s->repo, &r->name)) {
		return false;
	}
	vv_sink_dry(&source, s->own.kept);
	if (vv_table_open(&r->made, &source, &s->made, NULL) == VV_OK) return true;
	vv_store_close(s->own.kept);
	s->own.kept = NULL;
	return false;
}

static vv_status import_rows(vv_subject *s, vv_table *out, vv_reading *r, vv_error *err)
{
	vv_auto(vv_import_result) result = {0};
	vv_import_options *io = &r->way.io;
	const char *schema;
	vv_sniff_hints declared = io->hints;
	vv_sink sink;

	vv_document_rows_form(r->rows, &io->hints, &schema);
	vv_sniff_hints_over(&io->hints, &declared);
	if (!io->schema && schema) {
		io->schema = schema;
		io->schema_len = strlen(schema);
	}
	vv_mem_sink_use(&sink, s->own.passing);
	vv_status rc = vv_import(&result, vv_document_rows_source(r->rows), &sink, io, err);
	if ((rc = vv_document_rows_end(r->rows, rc, err)) < 0) return rc;
	s->made = result.cid;
	rc = vv_table_open(out, &sink, &result.cid, err);
	return rc < 0 || !io->keep_types || out->root.kind != VV_KIND_TABLE
		       ? rc
		       : keep_groups(s, &result, io, &r->in, out, err);
}

/* Everything in a description that affects the reading of rows, and the search for a key: it can change without the
 * document. */
static void put_description(vv_buf *out, const vv_subject_way *w)
{
	const vv_sniff_hints *h = &w->io.hints;
	const char *words[] = {h->encoding, h->header_join, h->records};

	vv_buf_printf(out, "%d %d %d %d %d %d %d %ld %ld %d %d %d", !w->io.key, h->has_form,
		      h->form, h->delimiter, h->quote, h->escape, h->header, h->skip, h->skip_below,
		      h->comment, h->spaces, h->header_rows);
	vv_array_each(words, sizeof(words) / sizeof(words[0]), word) {
		vv_buf_printf(out, "\n%s", *word ? *word : "");
	}
	vv_buf_put(out, "\n", 1);
	vv_buf_put(out, w->described.schema.data, w->described.schema.len);
}

static vv_status start_rows(vv_subject *s, vv_reading *r, bool ahead, vv_error *err)
{
	const vv_document_table *t;
	vv_status rc = vv_document_find(&t, &r->document.document, s->table, err);

	return rc < 0 ? rc : vv_document_rows_start(&r->rows, &r->document.document, t, ahead, err);
}

/* Starts the reader of a table of a document, unless its rows were made before, or the limit of running readers is reached. */
static vv_status begin_document(vv_subject *s, vv_reading *r, vv_error *err)
{
	vv_document *d = &r->document.document;
	vv_import_options *io = &r->way.io;
	vv_auto(vv_buf) described = VV_BUF_INIT;
	const vv_document_table *t;
	vv_status rc;

	if ((rc = vv_document_find(&t, d, s->table, err)) < 0) {
		s->no_table = rc == VV_EUSAGE && !s->table;
		return rc;
	}
	if (!s->table && !(s->table = vv_strdup(t->name))) return vv_fail_nomem(err);
	s->grid = t->grid;
	s->of_document = true;
	if ((rc = describe_table(&r->way, s, NULL, err)) < 0) return rc;
	if (t->key && !r->way.has_key) {
		io->key = t->key;
		io->key_source = VV_KEY_PACKAGE;
		io->key_known = true;
	}
	put_description(&described, &r->way);
	if (d->known_as &&
	    ((rc = vv_document_kept_name(&r->name, d, t->name, &described, err)) < 0 ||
	     (rc = vv_kept_name_of(&r->notes, r->name.text, sizeof(r->name.text), err)) < 0)) {
		return rc;
	}
	r->was_made = open_kept(s, r);
	rc = r->was_made ? VV_OK : start_rows(s, r, r->ahead, err);
	if (rc != VV_ELOCKED || !r->ahead) return rc;
	vv_document_rows_close(r->rows);
	r->rows = NULL;
	return VV_OK;
}

/* Imports the reader's output. like: see vv_subject_options. */
static vv_status import_document(vv_subject *s, vv_table *out, vv_reading *r,
				 const vv_subject *like, vv_error *err)
{
	vv_auto(vv_table) known = {0};
	vv_status rc;

	vv_auto(vv_buf) notes = VV_BUF_INIT;

	if (r->was_made) {
		(void)vv_kept_text_get(&notes, s->repo, &r->notes);
		vv_document_warn(&r->document.document, s->table, vv_buf_cstr(&notes));
		*out = r->made;
		r->was_made = false;
		return VV_OK;
	}
	if ((!r->rows && (rc = start_rows(s, r, false, err)) < 0) ||
	    (rc = open_passing(s, NULL, like, err)) < 0 ||
	    (s->own.lent && (rc = share_groups(&r->way.io, &known, like, err)) < 0) ||
	    (rc = vv_document_rows_open(r->rows, err)) < 0 ||
	    (rc = import_rows(s, out, r, err)) < 0) {
		return rc;
	}
	vv_buf_puts(&notes, vv_document_rows_wrote(r->rows));
	vv_document_warn(&r->document.document, s->table, vv_buf_cstr(&notes));
	/* blocks beside plain text may be in the store alone */
	if (r->document.document.known_as && (!s->own.lent || like->table) &&
	    vv_document_is_unchanged(&r->document.document)) {
		if (notes.len > 0) {
			vv_kept_text_put(s->repo, &r->notes, notes.data, notes.len);
		}
		s->own.keeping = vv_kept_rows_put(s->repo, &r->name, s->own.passing, &s->made,
						  like ? like->own.keeping : NULL);
	}
	if (s->own.lent) { /* the other one may be cleared first */
		vv_keeping_end(s->own.keeping);
		s->own.keeping = NULL;
	}
	return VV_OK;
}

vv_status vv_subject_document_text(vv_subject *s, vv_bytes_fn fn, void *payload,
				   const vv_progress *progress, vv_error *err)
{
	const vv_subject_options how = {.progress = progress};
	const vv_bytes_options to = {.progress = progress, .old_fd = -1};
	vv_auto(vv_subject) own = {0}; /* s may be open */
	vv_auto(vv_table) t = {0};
	vv_status rc;

	return (rc = vv_subject_dup(&own, s, s->text, err)) < 0 ||
			       (rc = vv_subject_open(&own, &t, &how, err)) < 0
		       ? rc
		       : vv_table_bytes_with(&t, fn, payload, &to, err);
}

/* The text of a table without bytes: the header line of the version before it. */
static vv_status use_past_header(input *in, vv_subject_way *w, const vv_subject *s, vv_error *err)
{
	const vv_dialect *d = &w->parent.root.dialect;
	vv_subject_source *from = &in->from;

	if (!w->has_past || vv_form_is_typed(d->form)) return VV_OK;
	vv_buf_set(&from->blob, d->prologue.data, d->prologue.len);
	vv_source_mem(&from->source, &from->memory, vv_buf_cstr(&from->blob), from->blob.len,
		      s->text);
	w->io.is_text = true;
	return vv_buf_ok(&from->blob, err);
}

/* Plain text. */
static vv_status import_plain(vv_subject *s, vv_table *out, vv_reading *r,
			      const vv_subject_options *opts, vv_error *err)
{
	vv_import_options *io = &r->way.io;
	vv_auto(vv_import_result) result = {0};
	vv_auto(vv_table) known = {0};
	vv_store *store = NULL;
	vv_sink sink;
	input *in = &r->in;
	const vv_subject *like = opts->like;
	const bool unpack = opts->unpack && vv_subject_is_packed(s);
	vv_status rc;

	if ((in->later && (rc = load_blob(in, s, err)) < 0) ||
	    (unpack && (rc = vv_subject_source_unpack(&in->from, err)) < 0) ||
	    (s->repo && (rc = vv_repository_store(s->repo, &store, err)) < 0) ||
	    (rc = open_passing(s, store, like, err)) < 0 ||
	    (rc = vv_subject_way_open(&r->way, s, opts, err)) < 0 ||
	    (rc = use_past_header(in, &r->way, s, err)) < 0) {
		return rc;
	}
	if (opts->as_lf && s->from == VV_FROM_WORK) {
		use_lf(&in->lf, &in->from.source);
	}
	io->in_file = opts->in_file && !opts->as_lf && !unpack && !r->way.has_past &&
		      (!like || s->own.lent) && in->from.blob.len <= IN_MEMORY_MAX;
	vv_mem_sink_use(&sink, s->own.passing);
	if ((s->own.lent && (rc = share_groups(io, &known, like, err)) < 0) ||
	    (rc = vv_import(&result, &in->from.source, &sink, io, err)) < 0 ||
	    (rc = vv_table_open(out, &sink, &result.cid, err)) < 0) {
		return rc;
	}
	s->made = result.cid;
	s->no_bytes = r->way.has_past;
	s->own.in_file = result.in_file;
	if (io->keep_types && out->root.kind == VV_KIND_TABLE && !s->own.raw) {
		rc = keep_groups(s, &result, io, in, out, err);
	} else if (s->own.in_file) {
		vv_file_groups_use(&out->source, like->own.groups);
	}
	if (rc < 0) {
		vv_table_close(out);
	}
	return rc;
}

/* By a reader. */
static bool may_be_read(const vv_subject_options *opts)
{
	return !opts->as_add && !opts->whole;
}

static vv_status begin_reading(vv_subject *s, vv_reading *r, const vv_subject_options *opts,
			       vv_error *err)
{
	const bool may_be = may_be_read(opts);
	vv_status rc = input_open(&r->in, s, may_be, err);

	if (rc < 0 || !may_be) return rc;
	rc = open_document(&r->document, &r->is_document, s, &r->in, opts->writes, err);
	if (rc < 0 || !r->is_document) return rc;
	way_init(&r->way, s, opts);
	return begin_document(s, r, err);
}

static vv_reading *reading_new(vv_subject *s, const vv_subject_options *opts, bool ahead)
{
	vv_reading *r = vv_calloc(1, sizeof(*r));

	if (r) {
		r->in.from.fd = -1;
		r->ahead = ahead;
		r->status = begin_reading(s, r, opts, &r->err);
	}
	return r;
}

void vv_subject_begin(vv_subject *s, const vv_subject_options *opts)
{
	if (may_be_read(opts) && vv_subject_settle(s, VV_IGNORED) == VV_OK && !s->own.reading &&
	    s->path && !vv_subject_is_broken(s, VV_IGNORED) && (!s->is_dataset || s->on_disk) &&
	    (s->table || vv_document_is_name(s->repo, s->repo ? vv_repository_env(s->repo) : s->env,
					     s->path))) {
		s->own.reading = reading_new(s, opts, true);
	}
}

static vv_status import_subject(vv_subject *s, vv_table *out, const vv_subject_options *opts,
				vv_error *err)
{
	static const vv_subject_options usual = {.find_key = false};
	vv_sink sink;
	vv_status rc;

	opts = opts ? opts : &usual;
	if (s->own.passing && !vv_cid_is_null(&s->made)) {
		vv_mem_sink_use(&sink, s->own.passing);
		rc = vv_table_open(out, &sink, &s->made, err);
		if (rc == VV_OK && s->own.in_file) {
			vv_file_groups_use(&out->source,
					   s->own.lent ? opts->like->own.groups : s->own.groups);
		}
		return rc;
	}
	vv_auto(vv_reading) *r = s->own.reading ? vv_take(&s->own.reading)
						: reading_new(s, opts, false);
	if (!r) return vv_fail_nomem(err);
	if (r->status < 0) return vv_error_copy(err, &r->err);
	if (r->is_document) return import_document(s, out, r, opts->like, err);
	rc = import_plain(s, out, r, opts, err);
	if (rc == VV_EINPUT && err && err->hint_id == VV_HINT_UNSEEN_DOCUMENT &&
	    r->document.unread.code == VV_ENOSUPPORT) {
		(void)vv_error_copy(err, &r->document.unread); /* which names what to install */
		return vv_recode(err, rc);
	}
	return rc;
}

vv_status vv_subject_import(vv_subject *s, vv_table *out, const vv_subject_options *opts,
			    vv_error *err)
{
	const vv_status rc = import_subject(s, out, opts, err);

	if (rc < 0) {
		vv_subject_hint(s, err);
	}
	return rc;
}

vv_status vv_subject_plain_bytes(vv_subject *s, vv_bytes_fn fn, void *payload,
				 const vv_progress *progress, vv_error *err)
{
	vv_auto(vv_subject_source) from = VV_SUBJECT_SOURCE_INIT;
	const vv_status rc = vv_subject_source_open(&from, s, err);

	if (rc < 0) return rc;
	if (from.fd < 0) return fn(payload, vv_buf_cstr(&from.blob), from.blob.len, err);
	return put_source(&from.source, fn, payload, progress, err);
}

vv_status vv_subject_plain_text(vv_subject *s, vv_bytes_fn fn, void *payload,
				const vv_progress *progress, vv_error *err)
{
	vv_auto(vv_subject_way) w = {.described.hints = VV_SNIFF_HINTS_INIT};
	vv_file_text_options how = {.declared = NULL};
	vv_auto(vv_subject_source) from = VV_SUBJECT_SOURCE_INIT;
	vv_auto(vv_file_text) *text = NULL;
	vv_status rc;

	if ((rc = vv_subject_source_open(&from, s, err)) < 0 ||
	    (rc = open_parent(&w, s, err)) < 0 || (rc = describe_table(&w, s, NULL, err)) < 0) {
		return rc;
	}
	if (w.has_parent && w.parent.root.kind == VV_KIND_TABLE) {
		how.declared = w.io.hints.encoding;
		how.before = w.parent.root.dialect.encoding;
		rc = vv_file_text_open(&text, &from.source, &how, err);
	}
	if (rc < 0) return rc;
	return put_source(text ? vv_file_text_source(text) : &from.source, fn, payload, progress,
			  err);
}
