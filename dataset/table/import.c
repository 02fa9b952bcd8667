/*
 * import: the order of an import: look at the beginning, choose the inputs, then group
 * after group (taken over or scanned), collected in file order, then the root.
 */
#include "dataset/table/import.h"

#include <string.h>

#include "base/array.h"
#include "base/hint_text.h"
#include "base/sys.h"
#include "base/text.h"
#include "dataset/format/chunk.h"
#include "dataset/format/form.h"
#include "dataset/read/likely_encoding.h"
#include "dataset/read/row_sorter.h"
#include "dataset/read/unseen.h"
#include "dataset/table/import_state.h"
#include "dataset/table/old_groups.h"
#include "dataset/table/walk.h"

void vv_import_result_clear(vv_import_result *r)
{
	vv_root_clear(&r->root);
	vv_buf_clear(&r->root_block);
	vv_scan_cache_free(r->cache);
	vv_buf_clear_all(&r->warnings, &r->key_lost);
	vv_array_clear(r->findings, r->finding_count, it, vv_free(it->value));
	vv_free(r->types.items);
	memset(r, 0, sizeof(*r));
	vv_root_init(&r->root);
}

void vv_import_reuse(vv_import_options *opts, const vv_root *known, const vv_scan_cache *cache)
{
	const vv_root *as = opts->as;

	if (!cache || known->kind != VV_KIND_TABLE || known->schema.len != as->schema.len ||
	    memcmp(known->schema.data, as->schema.data, as->schema.len) != 0 ||
	    !vv_dialect_same_cells(&known->dialect, &as->dialect)) {
		return;
	}
	opts->known = known;
	opts->cache = cache;
}

const vv_root *import_old_of(const import *im)
{
	return im->opts->known ? im->opts->known : im->opts->parent;
}

/* Are the parent's groups what this dialect and these cuts would make of the same bytes? */
static bool same_inputs(const import *im)
{
	const vv_root *p = import_old_of(im);
	const vv_dialect *a = &im->dialect;
	if (p->kind != VV_KIND_TABLE || p->cut_rows != im->params.rows ||
	    !vv_dialect_same_rows(a, &p->dialect) ||
	    p->cut_column_count != im->params.column_count) {
		return false;
	}
	const vv_group_types *types = im->opts->known_types;
	const vv_schema *schema = types ? im->opts->known_schema : &im->parent_schema;
	if (schema->count != im->columns ||
	    (types && (vv_form_is_typed(a->form) || types->columns != im->columns))) {
		return false;
	}
	for (size_t i = 0; i < p->cut_column_count; i++) {
		const char *name = p->cut_columns[i];
		long at = vv_schema_find(schema, name, strlen(name));
		if (at < 0 || (size_t)at != im->params.columns[i]) return false;
	}
	/* a column of CSV that only changed its name changes no cell */
	return !vv_form_is_typed(a->form) || import_has_labels(im, &im->parent_schema);
}

static vv_status open_old(import *im, vv_error *err)
{
	const vv_root *from = import_old_of(im);

	/* Groups in another order than the file's are in none of it, and no base either. */
	if (im->opts->groups || !from || from->kind != VV_KIND_TABLE ||
	    (im->sorting ? im->sorting->near != from : vv_root_is_sorted(from))) {
		return VV_OK;
	}
	bool usable = im->candidate_count == 0 && same_inputs(im);
	return old_groups_open(&im->old, im->sink, from, usable ? im->opts->cache : NULL,
			       im->opts->secret, err);
}

/* Adds a group's misfits to the result's findings, one for each column. */
static vv_status take_misfits(import *im, group_job *j, vv_error *err)
{
	vv_import_result *out = im->out;
	vv_array_each(j->misfits, j->misfit_count, m) {
		vv_import_finding *known = import_find_misfit(im, m->column);

		if (known) {
			known->count += m->count;
			known->code |= m->code;
			vv_free(m->value);
		} else if (vv_array_add(out->findings, out->finding_count, out->finding_cap, *m)) {
			out->findings[out->finding_count - 1].row += im->rows;
			out->findings[out->finding_count - 1].offset += j->offset;
		} else {
			return vv_fail_nomem(err);
		}
		m->value = NULL;
	}
	j->misfit_count = 0;
	return VV_OK;
}

vv_status import_append_group(import *im, const vv_scan_entry *e, const group_items *items,
			      uint64_t rows, vv_error *err)
{
	uint8_t le[8];
	vv_status rc;
	if ((rc = vv_list_builder_add(im->data, items->data, items->data_len, rows, err)) < 0 ||
	    (rc = vv_list_builder_add(im->layout, items->layout, items->layout_len, e->raw_len,
				      err)) < 0 ||
	    (rc = vv_list_builder_add(im->facts, items->facts, items->facts_len, 1, err)) < 0 ||
	    (rc = vv_scan_cache_add(im->out->cache, e, err)) < 0) {
		return rc;
	}
	vv_put_le64(le, e->raw_hash);
	vv_xxh3_update(im->hash, le, sizeof(le));
	im->rows += rows;
	im->raw_bytes += e->raw_len;
	im->most_rows = rows > im->most_rows ? rows : im->most_rows;
	im->out->groups++;
	return VV_OK;
}

#define TYPES_MAX ((size_t)32 << 20) /* bytes */

/* Keeps a group's types until they become too many. */
static void keep_types(import *im, const vv_infer *types, size_t columns)
{
	vv_group_types *t = &im->out->types;
	size_t have = t->groups * columns, need = have + columns;
	if (!im->opts->keep_types || t->dropped) return;
	t->columns = t->groups == 0 ? columns : t->columns;
	if (need > t->cap && t->columns == columns && need * sizeof(*types) <= TYPES_MAX) {
		size_t cap = need * 2;
		vv_infer *p = vv_realloc_array(t->items, cap, sizeof(*p));
		t->cap = p ? cap : t->cap;
		t->items = p ? p : t->items;
	}
	if (need > t->cap || t->columns != columns) {
		vv_free(t->items);
		*t = (vv_group_types){.dropped = true}; /* then nothing is taken over */
		return;
	}
	memcpy(t->items + have, types, columns * sizeof(*types));
	t->groups++;
}

vv_status import_take_types(import *im, size_t index, vv_error *err)
{
	const vv_group_types *t = im->opts->known_types;
	import_worker *w = &im->workers[0];
	vv_status rc;
	if (!t || (rc = import_infer_room(w, im, t->columns, err)) < 0) return t ? rc : VV_OK;
	for (size_t i = 0; i < t->columns; i++) {
		vv_infer_merge(&w->infer[i], &t->items[index * t->columns + i]);
	}
	return VV_OK;
}

/* Key order is impossible here, because a line's form depends on its position. */
static vv_status refuse_irregular(import *im, const group_job *j, vv_error *err)
{
	im->sorting->unfit = true;

	vv_fail(err, VV_EREFUSED,
		"%s: line %llu is written differently from the others (quotes, line end, spaces or "
		"blank lines), so the rows cannot be stored in key order",
		im->source->name,
		(unsigned long long)import_found_line(im, &j->irregular, j->offset));
	return vv_hint_code(err, VV_HINT_CONVERT_LINES);
}

/* Passes the lines of a group to the sorter while the window still has them. */
static vv_status give_lines(import *im, const group_job *j, vv_error *err)
{
	size_t end_len, from = 0;

	(void)vv_dialect_row_end(&im->dialect, &end_len);
	if (j->irregular.count > 0) return refuse_irregular(im, j, err);
	for (size_t i = 0; i < j->row_count; i++) {
		const vv_row *row = &j->rows[i];
		bool ends = !(j->last && i + 1 == j->row_count) ||
			    (!vv_form_is_document(im->dialect.form) &&
			     row->newline != VV_NO_NEWLINE);

		const size_t len = row->end - row->start - (ends ? end_len : 0);

		im->sorting->lines += sorted_line_hash(j->raw + row->start, len, im->rows + i);
		row_sorter_add(im->sorting->sorter, j->sort_keys.data + from,
			       j->sort_ends[i] - from, j->raw + row->start, len);
		from = j->sort_ends[i];
	}
	return row_sorter_ok(im->sorting->sorter, err);
}

/* If nothing is put, only the store can answer. */
static bool is_stored(const import *im, const vv_cid *cid)
{
	return im->sink->has && im->sink->has(im->sink->payload, cid);
}

/* Uses a group's rows while they are in memory. */
static vv_status use_rows(import *im, const group_job *j, vv_error *err)
{
	struct order_choice *choice = im->opts->choice;

	if (im->sorting && im->sorting->sorter) return give_lines(im, j, err);
	return choice && im->old
		       ? order_choice_look(choice, im, j, old_groups_has(im->old, &j->cid), err)
		       : VV_OK;
}

void import_hand_over(import *im)
{
	if (im->kept) {
		vv_pool_submit(im->pool, &im->kept->job);
		im->kept = NULL;
	}
}

uint64_t import_found_line(const import *im, const import_found *f, uint64_t offset)
{
	uint64_t line = f->line;

	return !im->source->line || im->source->line(im->source->payload, offset + f->at, &line,
						     VV_IGNORED) == VV_OK
		       ? line
		       : 0;
}

/* Adds the rows that a group at the offset has. */
static void add_found(import_found *all, const import_found *of, uint64_t offset)
{
	const uint64_t before = all->count;

	if (before == 0) {
		*all = *of;
		all->at += offset;
	}
	all->count = before + of->count;
}

/* Waits for j's end, or does the work if no thread has begun it. */
static void wait_for(import *im, group_job *j)
{
	if (im->kept == j) {
		im->kept = NULL;
		j->job.run(&j->job, 0);
	} else if (!j->known) {
		vv_pool_wait(im->pool, &j->job);
	}
}

/* Adds what was found in a group that was encoded. */
static vv_status take_found(import *im, group_job *j, vv_error *err)
{
	vv_status rc;

	if (j->lost.count > 0) return import_refuse_lost(im, j, err);
	for (size_t k = 0; k < im->candidate_count; k++) {
		im->holes[k] |= j->key_hole[k];
		if ((rc = vv_key_proof_add(im->proofs[k], j->hashes + k * j->row_count,
					   j->row_count, im->rows, err)) < 0) {
			return rc;
		}
	}
	if ((rc = take_misfits(im, j, err)) < 0) return rc;
	im->out->irregular_rows += j->irregular.count;
	im->out->breaks |= j->breaks;
	add_found(&im->shorts, &j->shorts, j->offset);
	add_found(&im->marked, &j->marked, j->offset);
	add_found(&im->foreign, &j->foreign, j->offset);
	im->out->groups_new += !old_groups_has(im->old, &j->cid) && !is_stored(im, &j->cid);
	if (im->need_infer) {
		keep_types(im, j->types, j->columns);
	}
	return VV_OK;
}

vv_status import_collect(import *im, vv_error *err)
{
	group_job *j = &im->jobs[im->job_head % IMPORT_JOBS];
	wait_for(im, j);
	im->job_head++;
	if (im->job_head == im->job_tail) {
		/* The next group takes the memory of a first one. Zero is left to the input's first. */
		im->job_head = im->job_tail = IMPORT_JOBS;
	}
	vv_status rc = err && !j->known && j->status >= 0 ? use_rows(im, j, err) : VV_OK;
	vv_slab_drop(im->window, j->slab);
	j->slab = NULL;
	if (rc < 0) return rc;
	if (!j->known && j->status < 0) return vv_error_copy(err, &j->err);
	if (!j->known && (rc = take_found(im, j, err)) < 0) return rc;
	const group_items items = {.data = j->data_item.data,
				   .layout = j->layout_item.data,
				   .facts = j->facts_item.data,
				   .data_len = j->data_item.len,
				   .layout_len = j->layout_item.len,
				   .facts_len = j->facts_item.len};
	return import_append_group(im, &j->entry, &items, j->row_count, err);
}

vv_status import_collect_all(import *im, vv_error *err)
{
	vv_status rc = VV_OK;
	while (im->job_head < im->job_tail) {
		vv_status one = import_collect(im, rc < 0 ? NULL : err);
		rc = rc < 0 ? rc : one;
	}
	return rc;
}

vv_status import_copy_names(const import *im, char ***names, size_t *name_count,
			    const size_t *columns, size_t count, vv_error *err)
{
	*name_count = 0;
	*names = vv_calloc(count + 1, sizeof(**names));
	if (!*names) return vv_fail_nomem(err);
	for (size_t i = 0; i < count; i++) {
		(*names)[i] = vv_strndup(im->names[columns[i]], im->name_lens[columns[i]]);
		if (!(*names)[i]) return vv_fail_nomem(err);
		*name_count = i + 1;
	}
	return VV_OK;
}

static vv_status names_of_cut(import *im, vv_error *err)
{
	vv_root *root = &im->out->root;
	root->cut_rows = im->params.rows;
	return import_copy_names(im, &root->cut_columns, &root->cut_column_count,
				 im->params.columns, im->params.column_count, err);
}

/* A reader of a group needs a place for every column in every row. */
static vv_status check_width(const import *im, vv_error *err)
{
	if (im->columns == 0 || im->most_rows <= VV_GRID_MAX / im->columns) return VV_OK;
	vv_fail(err, VV_EREFUSED,
		"%s: too sparse for a table: %zu different members, of which the %llu rows of one "
		"row group have only a few each",
		im->source->name, im->columns, (unsigned long long)im->most_rows);
	return vv_hint_code(err, VV_HINT_AS_FILE, im->source->name);
}

/* ": line 7" or ", the first in line 7", of what `count` rows have. */
static void put_first_line(import *im, const import_found *f)
{
	const uint64_t line = import_found_line(im, f, 0);

	if (line > 0) {
		vv_buf_printf(&im->out->warnings, "%s line %llu",
			      f->count == 1 ? ":" : ", the first in", (unsigned long long)line);
	}
}

/* Warns of short rows: absent cells are easily mistaken for empty ones, and often result from a
 * missing cell. */
static void warn_short_rows(import *im)
{
	vv_import_result *out = im->out;
	if (out->short_rows == 0 || im->opts->as) return;
	vv_buf_puts(&out->warnings, out->groups_reused > 0 ? "in changed rows, " : "");
	vv_buf_printf(&out->warnings, "%s fewer cells than %s",
		      vv_text_counted(out->short_rows, "row has", "rows have"),
		      im->out->root.dialect.header ? "the header" : "others");
	put_first_line(im, &im->shorts);
	vv_buf_printf(&out->warnings, "; %s last cells are missing\n",
		      out->short_rows == 1 ? "its" : "their");
}

static void warn_marked_rows(import *im)
{
	vv_import_result *out = im->out;

	if (out->marked_rows == 0 || im->opts->as) return;
	vv_buf_printf(&out->warnings, "%s contain%s a NUL byte or a byte order mark",
		      vv_text_counted(out->marked_rows, "row", NULL),
		      out->marked_rows == 1 ? "s" : "");
	put_first_line(im, &im->marked);
	vv_buf_puts(&out->warnings, "; it is kept as a part of the cell\n");
}

#define FEW_OF 10u

/* The likely encoding, with cells as they read in it; of Western text that of ISO with the euro, too, where they differ. */
static vv_status tell_readings(import *im, vv_error *err)
{
	vv_buf *out = &im->out->warnings;
	vv_auto(vv_buf) first = VV_BUF_INIT;
	vv_auto(vv_buf) second = VV_BUF_INIT;
	const vv_dialect *d = &im->out->root.dialect;
	const char *likely = im->foreign.encoding;
	vv_status rc = import_encoded_shows(&first, im->source, likely, d, err);

	if (rc == VV_OK && strcmp(likely, "windows-1252") == 0) {
		rc = import_encoded_shows(&second, im->source, "ISO-8859-15", d, err);
	}
	vv_buf_printf(out, "; '--encoding %s' reads it as text%s", likely, vv_buf_cstr(&first));
	if (second.len > 0 && strcmp(vv_buf_cstr(&first), vv_buf_cstr(&second)) != 0) {
		vv_buf_printf(out, "; '--encoding ISO-8859-15'%s", vv_buf_cstr(&second));
	}
	return rc;
}

/* Warns of text stored unchanged that other programs, and JSON, read wrongly or not at all. */
static vv_status warn_foreign_rows(import *im, vv_error *err)
{
	static const char kept[] = "it is stored byte for byte, but cannot be written as JSON";
	const char *encoding = im->opts->encoding;
	vv_import_result *out = im->out;
	const vv_bytes *head = &out->root.dialect.prologue;
	const vv_root *parent = im->opts->parent;
	/* In few rows of many they were put together with others, of UTF-8, which would be read wrongly then. */
	const bool many = !encoding && out->foreign_rows >= im->rows / FEW_OF;
	const bool changed = many && parent && parent->kind == VV_KIND_TABLE &&
			     parent->dialect.encoding[0] == '\0';
	bool clear = false;
	vv_status rc = VV_OK;

	if (im->opts->as || im->opts->in_file) return VV_OK;
	if (!encoding && !vv_utf8_valid(head->data ? head->data : "", head->len) &&
	    !(parent && vv_bytes_equal(head, &parent->dialect.prologue))) {
		vv_buf_printf(&out->warnings, "the header is not UTF-8 but perhaps %s: %s\n",
			      vv_likely_encoding(head->data, head->len), kept);
	}
	if (out->foreign_rows == 0) return VV_OK;
	vv_buf_puts(&out->warnings, changed ? "earlier versions were read as UTF-8; now " : "");
	vv_buf_puts(&out->warnings, out->groups_reused > 0 ? "in changed rows, " : "");
	vv_buf_printf(&out->warnings, "%s ",
		      vv_text_counted(out->foreign_rows, "row has", "rows have"));
	if (encoding) {
		vv_buf_printf(&out->warnings, "bytes that %s does not have", encoding);
	} else {
		vv_buf_printf(&out->warnings, "text that is not UTF-8 but perhaps %s",
			      im->foreign.encoding);
	}
	put_first_line(im, &im->foreign);
	if (im->foreign.column < im->columns) {
		vv_buf_puts(&out->warnings, ", column '");
		vv_text_put_words(&out->warnings, im->names[im->foreign.column],
				  im->name_lens[im->foreign.column], 0);
		vv_buf_putc(&out->warnings, '\'');
	}
	vv_buf_printf(&out->warnings, "; %s", kept);
	if (changed) {
		rc = import_encoded_looks(&clear, &out->warnings, im->source, &out->root.dialect,
					  im->opts, err);
	}
	if (many && !clear) {
		rc = rc < 0 ? rc : tell_readings(im, err);
	}
	vv_buf_putc(&out->warnings, '\n');
	return rc;
}

/* Was the file's order requested, now or before? */
static bool is_file_order_declared(const import *im)
{
	const vv_import_options *o = im->opts;

	if (o->as) return o->as->file_order_declared;
	return o->order == VV_ORDER_FILE ||
	       (o->order != VV_ORDER_KEY && o->parent && o->parent->file_order_declared);
}

static void set_encoding(vv_dialect *d, const char *name)
{
	memset(d->encoding, 0, sizeof(d->encoding));
	memcpy(d->encoding, name ? name : "", name ? strlen(name) : 0);
}

/* The root from all that was gathered. */
static vv_status finish_root(import *im, vv_error *err)
{
	vv_root *root = &im->out->root;
	vv_status rc;
	root->kind = VV_KIND_TABLE;
	root->file_order_declared = is_file_order_declared(im);
	root->rows = im->rows;
	root->bytes = im->window ? vv_window_origin(im->window) + vv_window_len(im->window) +
					   vv_window_tail_len(im->window)
				 : im->given_bytes + im->dialect.epilogue.len;
	root->hash = vv_xxh3_digest128(im->hash);
	if ((rc = check_width(im, err)) < 0 || (rc = import_whole_again(im, err)) < 0 ||
	    (rc = vv_list_builder_finish(im->data, &root->data, err)) < 0 ||
	    (rc = vv_list_builder_finish(im->layout, &root->layout, err)) < 0 ||
	    (rc = vv_list_builder_finish(im->facts, &root->facts, err)) < 0) {
		return rc;
	}
	vv_dialect_clear(&root->dialect);
	root->dialect = im->dialect;
	root->dialect.final_newline = im->final_newline || vv_form_is_document(root->dialect.form);
	memset(&im->dialect, 0, sizeof(im->dialect));
	vv_dialect_init(&im->dialect);
	set_encoding(&root->dialect, im->opts->encoding);
	if ((rc = names_of_cut(im, err)) < 0 || (rc = import_finish_schema(im, err)) < 0) return rc;
	im->out->short_rows = im->shorts.count;
	im->out->marked_rows = im->marked.count;
	im->out->foreign_rows = im->foreign.count;
	warn_short_rows(im);
	warn_marked_rows(im);
	rc = warn_foreign_rows(im, err);
	return rc < 0 ? rc : import_finish_key(im, err);
}

/* The dialect is given (opts->as): the body begins after its BOM and prologue. */
static vv_status take_dialect(import *im, vv_error *err)
{
	const vv_dialect *d = &im->opts->as->dialect;
	size_t skip = (d->bom ? 3 : 0) + d->prologue.len;
	if (!im->window) {
		im->given_bytes = skip;
		return vv_dialect_dup(&im->dialect, d, err);
	}
	vv_status rc = vv_window_fill(im->window, skip > VV_WINDOW_FIRST ? skip : VV_WINDOW_FIRST,
				      err);
	if (rc < 0 || (rc = vv_dialect_dup(&im->dialect, d, err)) < 0) return rc;
	if (vv_window_len(im->window) < skip) {
		return vv_fail(err, VV_ECORRUPT,
			       "%s: the file is shorter than its text above the "
			       "table",
			       im->source->name);
	}
	import_consume(im, skip);
	return VV_OK;
}

/* What is known in advance of the form. */
static vv_sniff_hints hints_of(const import *im)
{
	const vv_import_options *o = im->opts;
	vv_sniff_hints hints = o->hints;

	hints.key = o->key;
	if (o->parent && o->parent->kind == VV_KIND_TABLE) {
		hints.parent = &o->parent->dialect;
	}
	return hints;
}

/* The lines below the rows of a CSV. */
static vv_status find_tail(void *payload, const char *bytes, size_t len, bool whole, size_t *tail,
			   vv_error *err)
{
	import *im = payload;
	const vv_bytes *given = im->opts->as ? &im->opts->as->dialect.epilogue : NULL;
	vv_sniff_hints hints = hints_of(im);

	if (given) {
		*tail = given->len;
		return len >= given->len && memcmp(bytes + len - given->len, given->data,
						   given->len) == 0
			       ? VV_OK
			       : vv_fail(err, VV_ECORRUPT,
					 "%s: the file does not end with its "
					 "text below the table",
					 im->source->name);
	}
	vv_status rc = vv_sniff_tail(tail, &im->tail_warnings, bytes, len, whole, &hints, err);
	if (rc == VV_EINPUT && err) {
		vv_prefix(err, "%s", im->source->name);
	}
	return rc;
}

static vv_status hide_tail(import *im, vv_error *err)
{
	const vv_import_options *o = im->opts;
	const bool named = o->hints.skip_below > 0 ||
			   (o->parent && o->parent->kind == VV_KIND_TABLE &&
			    !vv_form_is_typed(o->parent->dialect.form) &&
			    o->parent->dialect.epilogue.len > 0);

	if (o->as ? vv_form_is_typed(o->as->dialect.form) || o->as->dialect.epilogue.len == 0
		  : o->hints.skip_below == 0 ||
			    (o->hints.has_form && vv_form_is_typed(o->hints.form))) {
		return VV_OK;
	}
	return vv_window_hide_tail(im->window,
				   o->as   ? o->as->dialect.epilogue.len
				   : named ? VV_TAIL_MAX
					   : VV_TAIL_LOOK,
				   find_tail, im, err);
}

/* Reads the beginning until it contains the header. */
static vv_status sniff_beginning(import *im, vv_error *err)
{
	vv_sniff_hints hints = hints_of(im);
	size_t want = VV_WINDOW_FIRST;
	vv_status rc;
	if (im->window && (rc = hide_tail(im, err)) < 0) return rc;
	if (im->opts->as) return take_dialect(im, err);
	hints.path = im->source->name;
	for (;; want *= 2) {
		if ((rc = vv_window_fill(im->window, want, err)) < 0) return rc;
		bool at_end = vv_window_at_end(im->window);
		size_t len = vv_window_len(im->window);
		/* The sample is the same however the bytes arrive. */
		bool whole = at_end && len <= want;
		rc = vv_sniff(&im->sniffed, vv_window_bytes(im->window), whole ? len : want, whole,
			      &hints, err);
		if (rc != VV_ENOTFOUND || whole) {
			break;
		}
		if (want > VV_ROW_MAX) return import_refuse_long_row(im, 0, err);
	}
	if (rc == VV_OK && !vv_form_is_delimited(im->sniffed.dialect.form)) {
		vv_window_show_tail(im->window);
	}
	if (rc == VV_OK) {
		vv_buf_put(&im->out->warnings, vv_buf_cstr(&im->sniffed.warnings),
			   im->sniffed.warnings.len);
		if ((rc = vv_dialect_dup(&im->dialect, &im->sniffed.dialect, err)) == VV_OK) {
			rc = import_head_again(im, im->sniffed.body, err);
		}
		import_consume(im, im->sniffed.body);
	} else {
		vv_prefix_name(err, im->source->name);
	}
	return rc;
}

/* May the groups stay in the file? Their names are rows in quotes of the usual kind. */
static void choose_in_file(import *im)
{
	const vv_dialect *d = &im->dialect, *like = im->opts->known ? &im->opts->known->dialect : d;

	im->in_file = im->out->in_file = im->opts->in_file && !vv_form_is_typed(d->form) &&
					 im->candidate_count == 0 && like->quote == '"' &&
					 like->escape == 0;
	im->named_by_bytes = d->quote == like->quote && d->escape == like->escape &&
			     d->delimiter == like->delimiter && d->newline == like->newline;
}

/* The lists of a version, which resemble those of near. */
static vv_status open_lists(import *im, const vv_root *near, vv_error *err)
{
	vv_status rc;

	if ((rc = vv_list_builder_new(&im->data, VV_LIST_DATA, im->sink, near ? &near->data : NULL,
				      err)) < 0 ||
	    (rc = vv_list_builder_new(&im->layout, VV_LIST_LAYOUT, im->sink,
				      near ? &near->layout : NULL, err)) < 0) {
		return rc;
	}
	return vv_list_builder_new(&im->facts, VV_LIST_FACTS, im->sink, near ? &near->facts : NULL,
				   err);
}

static vv_status import_table(import *im, vv_error *err)
{
	vv_status rc;
	if ((rc = sniff_beginning(im, err)) < 0 || (rc = import_columns_set(im, err)) < 0 ||
	    (rc = import_choose(im, err)) < 0 || (rc = import_sort_columns(im, err)) < 0 ||
	    (rc = vv_scan_new(&im->scan, &im->dialect, im->columns, im->names, im->name_lens,
			      err)) < 0) {
		return rc;
	}
	choose_in_file(im);
	const vv_root *parent = im->opts->parent;
	bool table = parent && parent->kind == VV_KIND_TABLE;
	const vv_root *near = NULL;

	if (im->sorting) {
		near = im->sorting->near;
	} else if (table && !vv_root_is_sorted(parent)) {
		near = parent;
	}
	im->new_columns = (!im->opts->schema && (!table || im->columns > im->parent_schema.count ||
						 vv_form_is_typed(im->dialect.form))) ||
			  vv_find_place(i, im->columns, !import_field_before(im, i)) < im->columns;
	im->need_infer = im->new_columns || import_types_may_narrow(im);
	if ((rc = open_lists(im, near, err)) < 0 || (rc = open_old(im, err)) < 0 ||
	    (rc = im->window ? import_rows(im, err) : import_given(im, err)) < 0 ||
	    (rc = import_take_epilogue(im, err)) < 0 || (rc = finish_root(im, err)) < 0) {
		return rc;
	}
	return VV_OK;
}

static void import_clear(import *im)
{
	/* Jobs still under way use the window's slabs. */
	while (im->job_head < im->job_tail) {
		import_collect(im, NULL);
	}
	old_groups_close(im->old);
	vv_scan_free(im->scan);
	vv_sniff_result_clear(&im->sniffed);
	vv_buf_clear(&im->tail_warnings);
	vv_dialect_clear(&im->dialect);
	vv_schema_clear(&im->parent_schema);
	vv_arena_clear(&im->names_arena);
	vv_free_all(im->names, im->name_lens, im->fields, im->renamed_from, im->params.columns);
	vv_list_builder_free(im->data);
	vv_list_builder_free(im->layout);
	vv_list_builder_free(im->facts);
	vv_xxh3_free(im->hash);
	for (size_t i = 0; i < IMPORT_PROOFS; i++) {
		vv_key_proof_free(im->proofs[i]);
	}
	vv_array_clear(im->workers, im->workers ? im->worker_count : 0, it,
		       import_worker_clear(it));
	for (size_t i = 0; i < IMPORT_JOBS; i++) {
		import_job_clear(&im->jobs[i]);
	}
	vv_window_close(im->window);
	vv_pool_free(im->own_pool);
}

static vv_status import_open(import *im, vv_error *err)
{
	im->pool = im->opts->pool;
	if (!im->pool) {
		im->pool = im->own_pool = vv_pool_new(0);
		if (!im->pool) return vv_fail_nomem(err);
	}
	im->worker_count = vv_pool_threads(im->pool) + 1;
	im->workers = vv_calloc(im->worker_count, sizeof(*im->workers));
	im->hash = vv_xxh3_new(0);
	im->out->cache = vv_scan_cache_new();
	vv_random(&im->key_seed, sizeof(im->key_seed));
	if (!im->workers || !im->hash || !im->out->cache) return vv_fail_nomem(err);
	return im->opts->groups ? VV_OK : vv_window_open(&im->window, im->source, im->pool, err);
}

/* ---- a file without rows: content-defined chunks under one list ---- */

/* CIDs of the parent's chunks in order: bases for changed chunks. */
typedef struct old_chunks {
	vv_cid *cids;
	size_t count, cap, next;
} old_chunks;

static void old_chunks_clear(old_chunks *o)
{
	vv_free(o->cids);
}
VV_AUTO_CLEAR(old_chunks, old_chunks_clear)

static vv_status old_chunks_load(old_chunks *o, import *im, vv_error *err)
{
	const vv_root *p = im->opts->parent;
	size_t n;
	vv_cid cid;

	if (!p || p->kind != VV_KIND_FILE) return VV_OK;
	const vv_table t = {.source = *im->sink, .root = *p}; /* borrows */
	vv_auto(vv_list_walk) w = vv_list_walk_open(&t, VV_LIST_CHUNKS, VV_IGNORED);
	/* Errors end the list: it is only a help. */
	while (vv_list_walk_next(&w) && vv_cbor_get_array(&w.item.cbor, &n, VV_IGNORED) == VV_OK &&
	       vv_cbor_get_link(&w.item.cbor, &cid, VV_IGNORED) == VV_OK) {
		if (!vv_array_add(o->cids, o->count, o->cap, cid)) return vv_fail_nomem(err);
	}
	return VV_OK;
}

/* The old chunk that this one probably replaces; moves on. */
static const vv_cid *old_chunk_for(old_chunks *o, const vv_cid *cid)
{
	for (size_t i = o->next; i < o->count && i < o->next + 64; i++) {
		if (vv_cid_equal(&o->cids[i], cid)) {
			o->next = i + 1;
			return NULL;
		}
	}
	return o->next < o->count ? &o->cids[o->next++] : NULL;
}

static vv_status put_chunk(import *im, old_chunks *old, vv_buf *block, const char *bytes,
			   size_t len, vv_error *err)
{
	uint8_t le[8];
	vv_cid cid;
	vv_auto(vv_buf) item = VV_BUF_INIT;
	vv_status rc;
	vv_buf_reset(block);
	vv_chunk_encode(block, bytes, len);
	if ((rc = vv_buf_ok(block, err)) < 0 ||
	    (rc = vv_cid_of(&cid, VV_CODEC_RAW, block->data, block->len, err)) < 0) {
		return rc;
	}
	const vv_cid *base = old_chunk_for(old, &cid);
	if (im->sink->put &&
	    (rc = im->sink->put(im->sink->payload, &cid, block->data, block->len, base, err)) < 0) {
		return rc;
	}
	if ((rc = import_chunk_again(im, block, bytes, len, err)) < 0) return rc;
	vv_cbor_put_array(&item, 2);
	vv_cbor_put_link(&item, &cid);
	vv_cbor_put_uint(&item, len);
	if ((rc = vv_buf_ok(&item, err)) == VV_OK) {
		rc = vv_list_builder_add(im->data, item.data, item.len, len, err);
	}
	vv_put_le64(le, vv_xxh3(bytes, len, 0));
	vv_xxh3_update(im->hash, le, sizeof(le));
	im->out->groups++;
	im->out->groups_new += !is_stored(im, &cid);
	return rc;
}

/* All of the window becomes chunks; the root is filled but for its key and schema. */
static vv_status import_chunks(import *im, vv_error *err)
{
	vv_root *root = &im->out->root;
	vv_auto(vv_buf) block = VV_BUF_INIT;
	vv_auto(old_chunks) old = {0};
	const vv_root *p = im->opts->parent;
	vv_status rc = vv_list_builder_new(&im->data, VV_LIST_CHUNKS, im->sink,
					   p && p->kind == VV_KIND_FILE ? &p->data : NULL, err);
	if (rc < 0 || (rc = old_chunks_load(&old, im, err)) < 0) return rc;
	vv_scan_cache_free(im->out->cache);
	im->out->cache = NULL; /* a file is always read whole */
	for (;;) {
		if ((rc = vv_window_fill(im->window, VV_CHUNK_MAX, err)) < 0) return rc;
		size_t len = vv_window_len(im->window);
		if (len == 0) {
			break;
		}
		size_t n = vv_chunk_cut((const uint8_t *)vv_window_bytes(im->window), len,
					vv_window_at_end(im->window));
		if ((rc = put_chunk(im, &old, &block, vv_window_bytes(im->window), n, err)) < 0) {
			return rc;
		}
		vv_window_consume(im->window, n);
		if ((rc = import_progress(im, vv_window_origin(im->window), err)) < 0) return rc;
	}
	root->kind = VV_KIND_FILE;
	root->bytes = vv_window_origin(im->window);
	root->hash = vv_xxh3_digest128(im->hash);
	return vv_list_builder_finish(im->data, &root->data, err);
}

/* *is: it cannot be a table whatever its name. */
static vv_status tell_unseen(import *im, bool *is, vv_error *err)
{
	vv_status rc = vv_window_fill(im->window, VV_UNSEEN_HEAD, err);

	if (rc < 0) return rc;
	const vv_unseen *u = vv_unseen_find(vv_window_bytes(im->window), vv_window_len(im->window));
	*is = u != NULL;
	if (u) {
		vv_buf_printf(&im->out->warnings, "%s, kept as bytes%s", u->what, u->but);
		(void)vv_hint_put(&im->out->warnings, "; ", im->opts->words,
				  vv_unseen_hint(u, im->source->name), im->source->name);
		vv_buf_putc(&im->out->warnings, '\n');
	}
	return VV_OK;
}

static vv_status import_content(import *im, vv_error *err)
{
	const vv_import_options *o = im->opts;
	bool bytes = o->kind == VV_KIND_FILE, packed = false;
	vv_status rc;

	if ((bytes && !o->parent) || (!bytes && o->may_be_file)) {
		if ((rc = tell_unseen(im, &packed, err)) < 0) return rc;
	}
	return bytes || packed ? import_chunks(im, err) : import_table(im, err);
}

vv_status import_run(vv_import_result *out, const vv_source *source, const vv_sink *sink,
		     const vv_import_options *opts, import_sorting *sorting, vv_error *err)
{
	import *im = vv_calloc(1, sizeof(*im));
	vv_status rc;
	memset(out, 0, sizeof(*out));
	vv_root_init(&out->root);
	if (!im) return vv_fail_nomem(err);
	*im = (import){
		.source = source, .sink = sink, .opts = opts, .sorting = sorting, .out = out};
	vv_dialect_init(&im->dialect);
	if ((rc = import_open(im, err)) == VV_OK && (rc = import_content(im, err)) == VV_OK) {
		rc = vv_buf_ok(&out->warnings, err);
	}
	import_clear(im);
	vv_free(im);
	if (rc < 0) {
		bool only_bytes = out->only_bytes;

		vv_import_result_clear(out);
		out->only_bytes = only_bytes;
	}
	return rc;
}
