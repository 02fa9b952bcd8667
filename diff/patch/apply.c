/*
 * apply: knows how the sections of a patch are gone through, and when a path counts as done:
 * when what was made reads back as the version that the patch names.
 */
#include <string.h>

#include "base/sys.h"
#include "base/text.h"
#include "dataset/format/mem_sink.h"
#include "diff/patch/patch_internal.h"

#define PIECE ((size_t)64 << 10)

/* --- misfits -------------------------------------------------------------------------- */

vv_status patch_misfit_text(patch_job *j, const char *row, const char *column, const char *expected,
			    const char *found, vv_error *err)
{
	const vv_patch_misfit m = {.path = j->done.path,
				   .row = row,
				   .column = column,
				   .expected = expected,
				   .found = found};
	vv_status rc = j->opts->misfit ? j->opts->misfit(j->opts->payload, &m, err) : VV_OK;
	return rc < 0 ? rc
		      : vv_fail(err, VV_ECONFLICT, "the patch does not fit '%s'",
				vv_text_shows(j->done.path));
}

static const char *cell_text(vv_buf *storage, const vv_cell *c)
{
	if (!c) {
		return NULL;
	}
	if (c->state == VV_CELL_ABSENT || c->state == VV_CELL_NULL) {
		return c->state == VV_CELL_NULL ? "null" : "no cell";
	}
	vv_buf_puts(storage, c->state == VV_CELL_TEXT ? "'" : "");
	vv_text_put_cut(storage, c->text ? c->text : "", c->len, 200);
	vv_buf_puts(storage, c->state == VV_CELL_TEXT ? "'" : "");
	return vv_buf_cstr(storage);
}

vv_status patch_misfit_cell(patch_job *j, const char *row, const char *column,
			    const vv_cell *expected, const vv_cell *found, vv_error *err)
{
	vv_buf a = VV_BUF_INIT, b = VV_BUF_INIT;
	const char *x = cell_text(&a, expected), *y = cell_text(&b, found);
	vv_status rc = vv_buf_ok(&a, err);
	if (rc == VV_OK && (rc = vv_buf_ok(&b, err)) == VV_OK) {
		rc = patch_misfit_text(j, row, column, x, y, err);
	}
	vv_buf_clear(&a);
	vv_buf_clear(&b);
	return rc;
}

/* --- rows as bytes ---------------------------------------------------------------------- */

vv_status patch_writer_open(patch_writer *w, const vv_dialect *d, const vv_schema *s, vv_error *err)
{
	const char **names = vv_calloc(s->count + 1, sizeof(*names));
	size_t *lens = vv_calloc(s->count + 1, sizeof(*lens));
	vv_status rc;
	*w = (patch_writer){.dialect = d, .columns = s->count};
	if (!names || !lens) {
		rc = vv_fail_nomem(err);
	} else {
		for (size_t i = 0; i < s->count; i++) {
			names[i] = s->fields[i].name;
			lens[i] = s->fields[i].name_len;
		}
		rc = vv_row_writer_new(&w->rows, d, s->count, names, lens, err);
	}
	vv_free(names);
	vv_free(lens);
	return rc;
}

void patch_writer_close(patch_writer *w)
{
	vv_row_writer_free(w->rows);
	w->rows = NULL;
}

void patch_writer_head(const patch_writer *w, vv_buf *out)
{
	if (w->dialect->bom) {
		vv_buf_put(out, "\xEF\xBB\xBF", 3);
	}
	vv_buf_put(out, w->dialect->prologue.data, w->dialect->prologue.len);
}

void patch_writer_tail(const patch_writer *w, vv_buf *out)
{
	vv_buf_put(out, w->dialect->epilogue.data, w->dialect->epilogue.len);
}

void patch_writer_row(const patch_writer *w, vv_buf *out, const vv_cell *cells,
		      const patch_form *form, bool last)
{
	static const char *const ends[] = {"", "\n", "\r\n", "\r"};
	const vv_dialect *d = w->dialect;
	size_t len;
	if (form->irregular && form->kind == VV_QUIRK_RAW) {
		vv_buf_put(out, form->raw, form->raw_len);
		return;
	}
	vv_row_write(w->rows, out, cells, w->columns);
	if (form->irregular) {
		vv_buf_puts(out, ends[form->kind]);
	} else if (!last || (d->form != VV_FORM_JSON && d->final_newline)) {
		const char *end = vv_dialect_row_end(d, &len);
		vv_buf_put(out, end, len);
	}
}

/* --- making a version --------------------------------------------------------------------- */

/* Bytes that are made while they are read. */
typedef struct made {
	patch_job *job;
	patch_maker *maker;
	vv_buf buf;
	size_t pos;
	bool end, stopped; /* stopped: the maker failed, and err says why */
	vv_error err;
} made;

static vv_status make_more(made *m, vv_error *err)
{
	const vv_patch_apply_options *o = m->job->opts;
	vv_status rc = VV_OK;
	vv_buf_reset(&m->buf);
	m->pos = 0;
	while (rc == VV_OK && !m->end && m->buf.len < PIECE) {
		rc = m->maker->more(m->maker, &m->buf, &m->end, err);
	}
	m->job->made += m->buf.len;
	if (rc == VV_OK && m->buf.len > 0 && !o->check && !m->job->done.removed) {
		rc = o->put(o->payload, m->job->done.path, m->buf.data, m->buf.len, err);
	}
	return rc;
}

static ssize_t made_read(void *payload, void *buf, size_t len, vv_error *err)
{
	made *m = payload;
	while (m->pos == m->buf.len && !m->end) {
		vv_status rc = make_more(m, &m->err);
		if (rc < 0) {
			m->stopped = true;
			if (err) {
				*err = m->err;
			}
			return (ssize_t)rc;
		}
	}
	size_t n = m->buf.len - m->pos < len ? m->buf.len - m->pos : len;
	if (n > 0) {
		memcpy(buf, m->buf.data + m->pos, n);
		m->pos += n;
	}
	return (ssize_t)n;
}

static vv_status no_block(void *payload, const vv_cid *cid, vv_buf *out, vv_error *err)
{
	(void)payload;
	(void)cid;
	(void)out;
	return vv_fail(err, VV_EMISSING, "a patch has no blocks");
}

/* Groups of the target that come out as they went in are taken over, where its bytes are
 * known and mean the same rows in the new version. */
static void take_over(const patch_job *j, const vv_root *as, vv_import_options *io)
{
	const vv_root *old = j->target ? &j->target->root : NULL;
	if (old && j->opts->cache && old->kind == VV_KIND_TABLE &&
	    old->schema.len == as->schema.len &&
	    memcmp(old->schema.data, as->schema.data, as->schema.len) == 0 &&
	    vv_dialect_same_cells(&old->dialect, &as->dialect)) {
		io->known = old;
		io->cache = j->opts->cache(j->opts->payload, &j->target->cid, &io->secret);
	}
	io->known = io->cache ? io->known : NULL;
}

vv_status patch_make(patch_job *j, patch_maker *m, const vv_root *as, vv_cid *cid, uint64_t *rows,
		     vv_error *err)
{
	made bytes = {.job = j, .maker = m};
	const vv_source source = {.read = made_read, .payload = &bytes, .name = j->done.path};
	vv_sink sink = {.get = no_block};
	vv_import_options io = {
		.hints = VV_SNIFF_HINTS_INIT, .temp_dir = j->opts->temp_dir, .pool = j->opts->pool};
	vv_import_result r;
	vv_status rc = VV_OK;
	j->made = 0;
	if (!as) {
		while (rc == VV_OK && !bytes.end) {
			rc = make_more(&bytes, err);
		}
		vv_buf_clear(&bytes.buf);
		return rc;
	}
	if (j->target) {
		sink.get = j->target->source.get;
		sink.payload = j->target->source.payload;
	}
	io.kind = as->kind;
	if (as->kind == VV_KIND_TABLE) {
		io.as = io.parent = as;
		take_over(j, as, &io);
	}
	rc = vv_import(&r, &source, &sink, &io, err);
	if (rc < 0 && bytes.stopped) {
		rc = bytes.err.code; /* and not what the import made of it */
		if (err) {
			*err = bytes.err;
		}
	} else if (rc == VV_EINPUT || rc == VV_ECORRUPT) {
		vv_prefix(err, "what the patch makes is not the table that it says");
		rc = err ? (err->code = VV_EINPUT) : VV_EINPUT;
	} else if (rc == VV_OK) {
		*cid = r.cid;
		*rows = r.root.rows;
		vv_import_result_clear(&r);
	}
	vv_buf_clear(&bytes.buf);
	return rc;
}

/* --- the target ------------------------------------------------------------------------------ */

/* The target read as the patch's old version was: a table of the same bytes may have been
 * understood otherwise. *same: it is that version, in *out. */
static vv_status read_as_old(patch_job *j, vv_mem_sink **blocks, vv_table *out, bool *same,
			     vv_error *err)
{
	const patch_side *old = &j->section->side[0];
	vv_table_source *bytes = NULL;
	vv_import_options io = {.kind = VV_KIND_TABLE,
				.hints = VV_SNIFF_HINTS_INIT,
				.as = &old->root,
				.parent = &old->root,
				.temp_dir = j->opts->temp_dir,
				.pool = j->opts->pool};
	vv_import_result r = {0};
	vv_sink sink;
	vv_status rc;
	*same = false;
	if (j->target->root.bytes != old->bytes) {
		return VV_OK;
	}
	if ((rc = vv_mem_sink_new(blocks, NULL, j->opts->temp_dir, err)) < 0 ||
	    (rc = vv_table_source_open(&bytes, j->target, err)) < 0) {
		return rc;
	}
	vv_mem_sink_use(&sink, *blocks);
	const vv_source source = {
		.read = vv_table_source_read, .payload = bytes, .name = j->done.path};
	rc = vv_import(&r, &source, &sink, &io, err);
	if (rc == VV_OK) {
		*same = vv_cid_equal(&r.cid, &old->cid);
		rc = *same ? vv_table_open(out, &sink, &r.cid, err) : VV_OK;
		*same = *same && rc == VV_OK;
		vv_import_result_clear(&r);
	} else if (rc == VV_EINPUT || rc == VV_EREFUSED ||
		   (rc == VV_ECORRUPT && old->bytes == j->target->root.bytes)) {
		rc = VV_OK; /* not to be read that way: another version */
	}
	vv_table_source_close(bytes);
	return rc;
}

static vv_status table_run(patch_job *j, vv_error *err)
{
	const patch_section *s = j->section;
	vv_mem_sink *blocks = NULL;
	vv_table old = {0}, *target = j->target;
	bool same = !target || vv_cid_equal(&target->cid, &s->side[0].cid), reread = false;
	vv_status rc = VV_OK;
	if (!same && !s->partial) {
		if ((rc = read_as_old(j, &blocks, &old, &same, err)) < 0) {
			goto done;
		}
		reread = same;
		j->target = same ? &old : target;
	}
	bool fit = (!same || s->partial) && j->opts->mode != VV_PATCH_EXACT && s->side[1].exists &&
		   target;
	rc = fit ? patch_fit_run(j, err) : patch_exact_run(j, err);
done:
	if (reread) {
		vv_table_close(&old);
	}
	vv_mem_sink_free(blocks);
	j->target = target;
	return rc;
}

/* Is something at path? */
static vv_status find(patch_job *j, const char *path, bool *exists, vv_error *err)
{
	vv_table t;
	vv_status rc = j->opts->open(j->opts->payload, path, VV_KIND_FILE, &t, exists, err);
	if (rc == VV_OK && *exists) {
		vv_table_close(&t);
	}
	return rc;
}

/* Do two columns that are one differ in more than their names? */
static bool field_differs(const patch_section *s, const vv_field *a, const vv_field *b)
{
	const vv_json *x = a->json, *y = b->json;
	if (a->type != b->type || strcmp(a->format, b->format) != 0) {
		return true;
	}
	return strcmp(a->name, b->name) == 0 &&
	       (x->end - x->start != y->end - y->start ||
		memcmp(s->side[0].root.schema.data + x->start,
		       s->side[1].root.schema.data + y->start, x->end - x->start) != 0);
}

/* Does the patch change what columns mean, which bytes of rows do not show? */
static bool changes_meaning(const patch_section *s)
{
	const patch_side *a = &s->side[0], *b = &s->side[1];
	if (!s->is_table || !a->exists || !b->exists) {
		return false;
	}
	bool differs = a->root.key_count != b->root.key_count;
	for (size_t i = 0; !differs && i < a->root.key_count; i++) {
		long p = vv_schema_find(&a->schema, a->root.key[i], strlen(a->root.key[i]));
		long q = vv_schema_find(&b->schema, b->root.key[i], strlen(b->root.key[i]));
		differs = p < 0 || q < 0 ||
			  patch_pair_of(s, 0, (size_t)p) != patch_pair_of(s, 1, (size_t)q);
	}
	for (size_t i = 0; !differs && i < s->pair_count; i++) {
		const long *at = s->pairs[i].side;
		differs = at[0] >= 0 && at[1] >= 0 &&
			  field_differs(s, &a->schema.fields[at[0]], &b->schema.fields[at[1]]);
	}
	return differs;
}

static vv_status skip_section(patch_job *j, vv_error *err);

/* Applied to the version that it was made from; *skipped: that was not wanted. */
static vv_status section_run_on_version(patch_job *j, bool *skipped, vv_error *err)
{
	const patch_section *s = j->section;
	const vv_patch_apply_options *o = j->opts;
	const vv_cid *root = s->side[0].exists ? &s->side[0].cid : NULL;
	bool exists = false;
	vv_table t;
	vv_status rc = o->version(o->payload, s->path[1], root, &t, &exists, err);
	*skipped = rc == VV_OK && !exists;
	if (rc < 0 || !exists) {
		return rc < 0 ? rc : skip_section(j, err);
	}
	j->target = root ? &t : NULL;
	rc = s->is_table ? patch_exact_run(j, err) : patch_bytes_run(j, err);
	if (j->target) {
		vv_table_close(&t);
		j->target = NULL;
	}
	return rc;
}

/* Where the section's old version must be, and nothing else. */
static vv_status section_run(patch_job *j, bool *skipped, vv_error *err)
{
	const patch_section *s = j->section;
	const vv_patch_apply_options *o = j->opts;
	bool exists = false, moves = strcmp(s->path[0], s->path[1]) != 0;
	vv_table t;
	vv_status rc = VV_OK;
	j->done = (vv_patch_done){.path = s->path[1],
				  .old_path = s->side[0].exists ? s->path[0] : NULL,
				  .removed = !s->side[1].exists,
				  .schema = changes_meaning(s)};
	j->done.old_root = s->side[0].exists ? &s->side[0].cid : NULL;
	if (s->is_table && s->side[1].exists) {
		j->done.root = &s->side[1].cid;
		j->done.as = &s->side[1].root;
	}
	if (o->version) {
		return section_run_on_version(j, skipped, err);
	}
	if (s->side[1].exists && (!s->side[0].exists || moves)) {
		if ((rc = find(j, s->path[1], &exists, err)) < 0) {
			return rc;
		}
		if (exists) {
			return patch_misfit_text(j, NULL, NULL, "no file there yet", "a file", err);
		}
	}
	if (s->side[0].exists) {
		exists = false;
		if ((rc = o->open(o->payload, s->path[0],
				  s->is_table ? VV_KIND_TABLE : VV_KIND_FILE, &t, &exists, err)) <
		    0) {
			return rc;
		}
		if (!exists) {
			return patch_misfit_text(j, NULL, NULL, s->is_table ? "a table" : "a file",
						 NULL, err);
		}
		j->target = &t;
	}
	if (!s->is_table) {
		rc = patch_bytes_run(j, err);
	} else if (j->target && j->target->root.kind != VV_KIND_TABLE) {
		rc = patch_misfit_text(j, NULL, NULL, "a table", "a file of bytes", err);
	} else {
		rc = table_run(j, err);
	}
	if (j->target) {
		vv_table_close(&t);
		j->target = NULL;
	}
	return rc;
}

/* Behind the section's last line, wherever it was left. */
static vv_status skip_section(patch_job *j, vv_error *err)
{
	patch_op op = {.kind = PATCH_KEEP};
	vv_status rc = patch_lines_seek(j->lines, j->section->start, j->section->line, err);
	int more = rc < 0 ? (int)rc : patch_lines_next(j->lines, err);
	vv_xxh3_reset(j->lines->hash, 0);
	for (int i = 0; more > 0; i++) {
		patch_lines_hash(j->lines);
		if (i == (j->section->is_table ? 2 : 0)) {
			break;
		}
		more = patch_lines_next(j->lines, err);
	}
	rc = more < 0 ? (vv_status)more : VV_OK;
	while (rc == VV_OK && op.kind != PATCH_END) {
		rc = patch_op_read(&op, j->lines, j->section, err);
	}
	return rc;
}

vv_status vv_patch_apply(const vv_patch_source *patch, const vv_patch_apply_options *opts,
			 vv_error *err)
{
	patch_lines lines;
	patch_section s;
	vv_error misfit = {0};
	int more = 0;
	vv_status rc = patch_lines_open(&lines, patch, err);
	while (rc == VV_OK && (more = patch_section_read(&s, &lines, opts->reverse, err)) > 0) {
		patch_job j = {.opts = opts, .lines = &lines, .section = &s};
		bool skipped = false;
		rc = section_run(&j, &skipped, err);
		if (rc == VV_OK && opts->done && !skipped) {
			rc = opts->done(opts->payload, &j.done, err);
		} else if (rc == VV_ECONFLICT) {
			/* the others are looked at as well: all that does not fit is told */
			if (err) {
				misfit = *err;
			}
			misfit.code = VV_ECONFLICT;
			rc = skip_section(&j, err);
		}
		patch_section_clear(&s);
	}
	patch_lines_close(&lines);
	rc = rc < 0 ? rc : (vv_status)more;
	if (rc == VV_OK && misfit.code < 0) {
		if (err) {
			*err = misfit;
		}
		rc = VV_ECONFLICT;
	}
	return rc;
}
