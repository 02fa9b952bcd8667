/*
 * import_sorted: imports a version in key order: sorts the file's lines, and joins the results of both readings in
 * the root.
 */
#include "base/hint_text.h"
#include "dataset/table/import.h"

#include <string.h>

#include "base/file.h"
#include "base/hash.h"
#include "base/sys.h"
#include "base/text.h"
#include "dataset/format/form.h"
#include "dataset/format/places.h"
#include "dataset/format/temp_bytes.h"
#include "dataset/read/row_sorter.h"
#include "dataset/table/bytes.h"
#include "dataset/table/import_state.h"
#include "dataset/table/mem_sink.h"

#define KEPT_IN_MEMORY ((size_t)8 << 20)

static const vv_root *like_of(const vv_import_options *opts)
{
	return opts->as ? opts->as : opts->parent;
}

static bool is_wanted(const vv_import_options *opts)
{
	const vv_root *like = like_of(opts);

	if (opts->kind != VV_KIND_TABLE || opts->order == VV_ORDER_FILE ||
	    opts->order == VV_ORDER_READ) {
		return false;
	}
	return opts->order == VV_ORDER_KEY ||
	       (like && like->kind == VV_KIND_TABLE && vv_root_is_sorted(like));
}

/* ---- the file on its way in ---- */

/* A source, hashed while it is read, and kept where it may have to be read from its beginning. */
typedef struct kept_source {
	const vv_source *from;
	vv_xxh3_state *hash;        /* or NULL */
	const order_choice *choice; /* nothing more is kept once it is over; or NULL */
	bool keeps;
	temp_bytes bytes;
	uint64_t at; /* position in the kept bytes, which are read before the rest of the source */
} kept_source;

static void kept_source_clear(kept_source *k)
{
	temp_bytes_clear(&k->bytes);
	vv_xxh3_free(k->hash);
}
VV_AUTO_CLEAR(kept_source, kept_source_clear)

static ssize_t read_kept(void *payload, void *buf, size_t len, vv_error *err)
{
	kept_source *k = payload;
	uint64_t have = temp_bytes_len(&k->bytes) - k->at;
	vv_status rc = VV_OK;

	if (have > 0) {
		len = have < len ? (size_t)have : len;
		rc = temp_bytes_get(&k->bytes, k->at, buf, len, err);
		k->at += len;
		return rc < 0 ? (ssize_t)rc : (ssize_t)len;
	}
	ssize_t n = k->from->read(k->from->payload, buf, len, err);
	if (n > 0 && k->hash) {
		vv_xxh3_update(k->hash, buf, (size_t)n);
	}
	k->keeps = k->keeps && !(k->choice && order_choice_is_over(k->choice));
	if (n > 0 && k->keeps) {
		rc = temp_bytes_put(&k->bytes, buf, (size_t)n, err);
		k->at += (uint64_t)n;
	}
	return rc < 0 ? (ssize_t)rc : n;
}

static vv_status begin_kept(void *payload, vv_error *err VV_UNUSED)
{
	((kept_source *)payload)->at = 0;
	return VV_OK;
}

static vv_status line_of_kept(void *payload, uint64_t offset, uint64_t *out, vv_error *err)
{
	const kept_source *k = payload;

	return k->from->line(k->from->payload, offset, out, err);
}

static vv_source source_of(kept_source *k)
{
	return (vv_source){.read = read_kept,
			   .line = k->from->line ? line_of_kept : NULL,
			   .payload = k,
			   .size = k->from->size,
			   .name = k->from->name};
}

/* ---- the sorted file on its way in ---- */

typedef struct sorted_file {
	const vv_dialect *dialect;
	row_sorter *rows;
	vv_places_writer *places;
	uint64_t left;        /* rows */
	uint64_t lines;       /* sum of sorted_line_hash */
	uint64_t places_hash; /* of the places in this order */
	enum { AT_HEAD, AT_ROWS, AT_END } state;
	vv_buf piece;
	size_t pos;
} sorted_file;

static void sorted_file_clear(sorted_file *f)
{
	vv_places_writer_free(f->places);
	vv_buf_clear(&f->piece);
}
VV_AUTO_CLEAR(sorted_file, sorted_file_clear)

#define SORTED_PIECE (64u << 10)

static uint64_t next_place(uint64_t hash, uint64_t place)
{
	return vv_xxh3(&place, sizeof(place), hash);
}

static vv_status put_rows(sorted_file *f, vv_error *err)
{
	const vv_dialect *d = f->dialect;
	size_t end_len;
	const char *end = vv_dialect_row_end(d, &end_len);
	sorted_line line;
	vv_status rc;
	bool more = true;

	while (f->piece.len < SORTED_PIECE && (more = row_sorter_next(f->rows, &line))) {
		if ((rc = vv_places_add(f->places, line.place, err)) < 0) return rc;
		f->lines += sorted_line_hash(line.bytes, line.len, line.place);
		f->places_hash = next_place(f->places_hash, line.place);
		vv_buf_put(&f->piece, line.bytes, line.len);
		if (--f->left > 0 || (!vv_form_is_document(d->form) && d->final_newline)) {
			vv_buf_put(&f->piece, end, end_len);
		}
	}
	if ((rc = row_sorter_ok(f->rows, err)) < 0) return rc;
	if (!more) {
		vv_buf_put(&f->piece, d->epilogue.data, d->epilogue.len);
		f->state = AT_END;
	}
	return vv_buf_ok(&f->piece, err);
}

static ssize_t read_sorted(void *payload, void *buf, size_t len, vv_error *err)
{
	sorted_file *f = payload;
	vv_status rc;

	while (f->pos == f->piece.len && f->state != AT_END) {
		vv_buf_reset(&f->piece);
		f->pos = 0;
		if (f->state == AT_HEAD) {
			if (f->dialect->bom) {
				vv_buf_put(&f->piece, "\xEF\xBB\xBF", 3);
			}
			vv_buf_put(&f->piece, f->dialect->prologue.data, f->dialect->prologue.len);
			f->state = AT_ROWS;
		}
		if ((rc = put_rows(f, err)) < 0) return (ssize_t)rc;
	}
	if (len > f->piece.len - f->pos) {
		len = f->piece.len - f->pos;
	}
	if (len > 0) {
		memcpy(buf, f->piece.data + f->pos, len);
	}
	f->pos += len;
	return (ssize_t)len;
}

/* ---- the import ---- */

/* Is the key looked for while the rows are read? */
static bool finds_key(const vv_import_options *opts)
{
	return !opts->key && !opts->as && !(opts->parent && opts->parent->kind == VV_KIND_TABLE);
}

/* A key is proved, for which the groups are looked into again. */
static bool may_look_again(const vv_import_options *opts)
{
	return finds_key(opts) || opts->key_lost || (opts->key && !opts->key_known && !opts->as);
}

/* Everything about the file but its groups; its lines go to the sorter. */
static vv_status read_file(vv_import_result *out, import_sorting *sorting, kept_source *file,
			   const vv_sink *sink, const vv_import_options *opts, vv_error *err)
{
	const vv_source source = source_of(file);
	vv_import_options o = *opts;
	vv_auto(vv_mem_sink) *scratch = NULL;
	vv_sink dry = *sink;
	vv_status rc;

	o.cache = NULL;
	o.known = NULL;
	o.known_types = NULL;
	o.keep_types = false;
	dry.put = NULL;
	if (sink->put && may_look_again(opts)) {
		if ((rc = vv_mem_sink_over(&scratch, sink, opts->temp_dir, err)) < 0) return rc;
		vv_mem_sink_use(&dry, scratch);
	}
	return import_run(out, &source, &dry, &o, sorting, err);
}

/* The groups were made again while they were stored: do they have all lines, and the list all places? Else only_bytes. */
static vv_status comes_back(vv_import_result *out, const sorted_file *f, uint64_t lines,
			    const vv_buf *places, const vv_sink *sink, vv_error *err)
{
	vv_auto(vv_places_reader) *r = NULL;
	uint64_t place, hash = 0;
	int more = 1;
	vv_status rc;

	if (!sink->put || sink->passing) return VV_OK;
	if ((rc = vv_places_open(&r, sink, places, err)) < 0) return rc;
	while ((more = vv_places_next(r, &place, err)) > 0) {
		hash = next_place(hash, place);
	}
	out->only_bytes = hash != f->places_hash || lines != f->lines;
	if (more < 0) return (vv_status)more;
	return out->only_bytes ? VV_ECORRUPT : VV_OK;
}

/* The line of the sorted file would not help the user. */
static vv_status refuse_key_order(vv_import_result *out, const vv_source *source, vv_error *err)
{
	out->only_bytes = true;
	vv_fail(err, VV_EREFUSED,
		"%s: the file cannot be restored byte for byte from its key order; this is a bug "
		"of varve",
		source->name);
	return vv_hint_code(err, VV_HINT_AS_FILE, source->name);
}

/* The groups of the sorted file, which has the form and the schema of the file. */
static vv_status read_sorted_file(vv_import_result *out, vv_buf *places, row_sorter *rows,
				  const vv_import_result *file, uint64_t lines, const vv_sink *sink,
				  const vv_import_options *opts, vv_error *err)
{
	const vv_root *parent = opts->parent;
	bool near = parent && vv_root_has_places(parent);
	import_sorting sorting = {.near = near ? parent : NULL};
	vv_auto(sorted_file) sorted = {
		.dialect = &file->root.dialect, .rows = rows, .left = row_sorter_count(rows)};
	const vv_source source = {.read = read_sorted,
				  .payload = &sorted,
				  .size = file->root.bytes,
				  .name = "the sorted file"};
	const vv_import_options o = {.kind = VV_KIND_TABLE,
				     .hints = VV_SNIFF_HINTS_INIT,
				     .as = &file->root,
				     .encoding = opts->encoding,
				     .parent = &file->root,
				     .known = near ? parent : NULL,
				     .order = VV_ORDER_READ,
				     .temp_dir = opts->temp_dir,
				     .pool = opts->pool,
				     .progress = opts->progress};
	vv_status rc;

	if ((rc = vv_places_writer_new(&sorted.places, sink, near ? &parent->places : NULL, err)) <
		    0 ||
	    (rc = import_run(out, &source, sink, &o, &sorting, err)) < 0) {
		return rc;
	}
	if (out->root.rows != file->root.rows || out->root.bytes != file->root.bytes ||
	    out->irregular_rows > 0 || !vv_dialect_equal(&out->root.dialect, &file->root.dialect)) {
		return vv_fail(err, VV_EREFUSED, "the rows do not read back in key order");
	}
	rc = vv_places_finish(sorted.places, places, err);
	return rc < 0 ? rc : comes_back(out, &sorted, lines, places, sink, err);
}

static void swap_lists(vv_buf *a, vv_buf *b)
{
	vv_buf c = *a;

	*a = *b;
	*b = c;
}

/* The file's result, with the sorted file's groups. */
static void take_groups(vv_import_result *out, vv_import_result *sorted, vv_buf *places,
			import_sorting *sorting, vv_hash128 hash)
{
	vv_root *root = &out->root;

	swap_lists(&root->data, &sorted->root.data);
	swap_lists(&root->layout, &sorted->root.layout);
	swap_lists(&root->facts, &sorted->root.facts);
	swap_lists(&root->places, places);
	root->file_order_declared = false;
	root->hash = hash;
	root->sorted_by = sorting->names;
	root->sorted_by_count = sorting->count;
	sorting->names = NULL;
	sorting->count = 0;
	vv_buf_put(&out->warnings, vv_buf_cstr(&sorted->warnings),
		   sorted->warnings.len); /* of the key */
	out->groups = sorted->groups;
	out->groups_new = sorted->groups_new;
	out->groups_reused = 0;
	vv_scan_cache_free(out->cache); /* no group is a piece of the file */
	out->cache = NULL;
}

/* Strips the file's name, which the printer of warnings puts before each. */
const char *import_without_name(const char *message, const char *name)
{
	size_t len = strlen(name);

	return strncmp(message, name, len) == 0 && strncmp(message + len, ": ", 2) == 0
		       ? message + len + 2
		       : message;
}

/* Imports the file in its own order, again from its beginning. */
static vv_status in_file_order(vv_import_result *out, kept_source *file, const char *why,
			       const vv_sink *sink, const vv_import_options *opts, vv_error *err)
{
	const vv_source source = source_of(file);
	vv_import_options o = *opts;
	vv_buf warnings = VV_BUF_INIT;
	vv_status rc;

	file->at = 0;
	file->keeps = false; /* it is read for the last time */
	o.choice = NULL;
	if ((rc = import_run(out, &source, sink, &o, NULL, err)) < 0) return rc;
	vv_buf_printf(&warnings, "%s: stored in the file's order from this version on\n", why);
	vv_buf_put(&warnings, vv_buf_cstr(&out->warnings), out->warnings.len);
	vv_buf_clear(&out->warnings);
	out->warnings = warnings;
	return VV_OK;
}

static void clear_sorting(import_sorting *s)
{
	vv_names_free(s->names, s->names ? s->count : 0);
	row_sorter_free(s->sorter);
}
VV_AUTO_CLEAR(import_sorting, clear_sorting)

/* For a table without a given key: its rows were sorted by the likeliest one. If another was
 * proved, they are read again, and sorted by that. */
static vv_status take_found_key(vv_import_result *out, import_sorting *sorting, kept_source *file,
				const vv_sink *sink, const vv_import_options *opts, vv_error *err)
{
	const vv_root *root = &out->root;
	vv_import_options o = *opts;
	vv_status rc;

	if (vv_root_names_equal(root->key, root->key_count, sorting->names, sorting->count)) {
		return VV_OK;
	}
	vv_auto(vv_import_result) found = *out;
	*out = (vv_import_result){0};
	vv_root_init(&out->root);
	if (found.root.key_count == 0) {
		return import_refuse_keyless(file->from, sink, !opts->parent, err);
	}
	clear_sorting(sorting);
	*sorting = (import_sorting){.by_key = true};
	o.key = (const char *const *)found.root.key; /* ends with NULL */
	o.key_source = found.root.key_source;
	o.key_known = true;
	file->at = 0;
	rc = row_sorter_new(&sorting->sorter, opts->temp_dir, (size_t)opts->memory, err);
	return rc < 0 ? rc : read_file(out, sorting, file, sink, &o, err);
}

/* As vv_import, but the root is not put yet. The file is read twice: once like any import, for schema, key, dialect and all
 * warnings, while its lines are sorted; then the sorted file, whose groups are kept. If the version before is in key order,
 * which was not requested now and has become impossible, the result is in the file's order, with a warning. */
static vv_status import_sorted(vv_import_result *out, const vv_source *source, const vv_sink *sink,
			       const vv_import_options *opts, vv_error *err)
{
	const bool asked = opts->order == VV_ORDER_KEY, finds = asked && finds_key(opts);
	vv_auto(import_sorting) sorting = {.by_key = asked && !opts->as};
	vv_auto(kept_source) file = {
		.from = source, .keeps = !asked || finds, .hash = vv_xxh3_new(0), .bytes.fd = -1};
	vv_auto(vv_import_result) sorted = {0};
	vv_auto(vv_buf) places = VV_BUF_INIT;
	vv_error why = {0};
	vv_status rc;

	temp_bytes_init(&file.bytes, opts->temp_dir, KEPT_IN_MEMORY);
	vv_root_init(&sorted.root);
	if (!file.hash) return vv_fail_nomem(err);
	if ((rc = row_sorter_new(&sorting.sorter, opts->temp_dir, (size_t)opts->memory, err)) < 0) {
		return rc;
	}
	rc = read_file(out, &sorting, &file, sink, opts, &why);
	if (!asked && (sorting.unfit || (rc == VV_OK && out->root.kind != VV_KIND_TABLE))) {
		vv_auto(char) *text = vv_strdup(
			rc < 0 ? import_without_name(why.message, source->name) : "no table");

		if (rc == VV_OK) {
			vv_import_result_clear(out);
		}
		return text ? in_file_order(out, &file, text, sink, opts, err) : vv_fail_nomem(err);
	}
	if (rc == VV_OK && out->root.kind != VV_KIND_TABLE) {
		rc = vv_fail(&why, VV_EUSAGE, "%s: only tables can be stored in key order",
			     source->name);
		vv_import_result_clear(out);
	}
	if (rc == VV_OK && finds) {
		rc = take_found_key(out, &sorting, &file, sink, opts, &why);
	}
	if (rc < 0) return vv_error_copy(err, &why);
	rc = read_sorted_file(&sorted, &places, sorting.sorter, out, sorting.lines, sink, opts,
			      &why);
	if (rc < 0) {
		vv_import_result_clear(out);
		return sorted.only_bytes ? refuse_key_order(out, source, err)
					 : vv_error_copy(err, &why);
	}
	take_groups(out, &sorted, &places, &sorting, vv_xxh3_digest128(file.hash));
	return VV_OK;
}

/* ---- an order that is chosen ---- */

/* The line is printed after "FILE: ". */
static void tell_choice(vv_buf *out, const order_choice *c, const vv_root *root, const char *path,
			vv_hint_words_fn words)
{
	const order_saving *s = order_choice_saving(c);

	vv_buf_puts(
		out,
		"the file has the same rows in another order: from this version on they are stored by ");
	vv_text_put_names(out, root->sorted_by, root->sorted_by_count);
	vv_buf_printf(out, ", which takes about %s for each such file instead of ",
		      vv_text_bytes(s->in_key_order));
	vv_buf_puts(out, vv_text_bytes(s->in_file_order));
	(void)vv_hint_put(out, "; ", words, VV_HINT_ADD_ORDER_BACK, path);
	vv_buf_putc(out, '\n');
}

/* Warns that the same rows came in another order and cannot be kept by the key, since that costs space each
 * time. */
static void tell_failed_choice(vv_buf *out, const vv_root *root, const char *why, const char *path,
			       vv_hint_words_fn words)
{
	vv_buf_puts(out,
		    "the file has the same rows in another order, but they cannot be stored in the "
		    "order of ");
	vv_text_put_names(out, root->key, root->key_count);
	vv_buf_printf(out, ": %s; this attempt is repeated for each such file", why);
	(void)vv_hint_put(out, "; ", words, VV_HINT_ADD_ORDER_BACK, path);
	vv_buf_putc(out, '\n');
}

/* The file's order was given up: in key order, if the key proves to be one and all lines are alike; else as
 * it would have been, with a warning. */
static vv_status import_chosen(vv_import_result *out, const vv_source *source, const vv_sink *sink,
			       const vv_import_options *opts, vv_error *err)
{
	const vv_root *parent = opts->parent;
	vv_import_options o = *opts;
	vv_error why = {0};
	vv_status rc;

	o.choice = NULL;
	o.order = VV_ORDER_KEY;
	o.key = (const char *const *)parent->key; /* ends with NULL */
	o.key_source = VV_KEY_DECLARED;           /* so that it is proved */
	o.key_known = false;
	if ((rc = source->again(source->payload, err)) < 0) return rc;
	rc = import_sorted(out, source, sink, &o, &why);
	if (rc == VV_OK) {
		out->root.key_source = opts->key ? opts->key_source : parent->key_source;
	} else if (rc == VV_EREFUSED || rc == VV_ECONFLICT || rc == VV_EUSAGE) {
		o = *opts;
		o.choice = NULL;
		if ((rc = source->again(source->payload, err)) == VV_OK &&
		    (rc = import_run(out, source, sink, &o, NULL, err)) == VV_OK) {
			tell_failed_choice(&out->warnings, parent,
					   import_without_name(why.message, source->name),
					   source->name, opts->words);
		}
	} else if (err) {
		*err = why;
	}
	return rc;
}

/* As it comes, or as the choice has it. */
static vv_status import_choosing(vv_import_result *out, const vv_source *source,
				 const vv_sink *sink, const vv_import_options *opts,
				 order_choice *choice, vv_error *err)
{
	vv_import_options o = *opts;
	vv_error why = {0};

	o.choice = choice;
	vv_status rc = import_run(out, source, order_choice_sink(choice), &o, NULL, &why);
	if (rc < 0 && order_choice_saving(choice)) {
		rc = import_chosen(out, source, sink, opts, &why);
	} else if (rc == VV_OK && (rc = order_choice_settle(choice, &why)) < 0) {
		vv_import_result_clear(out);
	}
	if (rc < 0) {
		return vv_error_copy(err, &why);
	}
	if (order_choice_saving(choice) && vv_root_is_sorted(&out->root)) {
		tell_choice(&out->warnings, choice, &out->root, source->name, opts->words);
	}
	if ((rc = vv_buf_ok(&out->warnings, err)) < 0) {
		vv_import_result_clear(out);
	}
	return rc;
}

static vv_status import_in_any_order(vv_import_result *out, const vv_source *source,
				     const vv_sink *sink, const vv_import_options *opts,
				     vv_error *err)
{
	vv_auto(order_choice) *choice = NULL;
	vv_auto(kept_source) kept = {.from = source, .keeps = true, .bytes.fd = -1};
	vv_source again = source_of(&kept);
	vv_status rc = order_choice_open(&choice, opts, sink, err);

	if (rc < 0) return rc;
	if (!choice) {
		rc = import_run(out, source, sink, opts, NULL, err);
	} else if (source->again) {
		rc = import_choosing(out, source, sink, opts, choice, err);
	} else {
		kept.choice = choice;
		temp_bytes_init(&kept.bytes, opts->temp_dir, KEPT_IN_MEMORY);
		again.again = begin_kept;
		again.line = NULL;
		rc = import_choosing(out, &again, sink, opts, choice, err);
	}
	return rc;
}

vv_status import_ordered(vv_import_result *out, const vv_source *source, const vv_sink *sink,
			 const vv_import_options *opts, vv_error *err)
{
	return is_wanted(opts) ? import_sorted(out, source, sink, opts, err)
			       : import_in_any_order(out, source, sink, opts, err);
}
