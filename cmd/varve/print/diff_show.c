/*
 * diff_show: in which words and in what order the differences of tables and files are printed.
 */
#include "cmd/varve/print/diff_show.h"

#include <stdlib.h>
#include <string.h>

#include "base/array.h"
#include "base/file.h"
#include "base/sys.h"
#include "base/text.h"
#include "cmd/frame/environ.h"
#include "cmd/frame/hint_words.h"
#include "cmd/frame/output.h"
#include "cmd/varve/print/path.h"
#include "repo/git/index/attributes.h"

/* Rows of each table shown on a terminal when nothing else was requested. */
#define TERMINAL_LIMIT 50u
/* Ordinary text files named one by one. */
#define TEXT_FILES_MAX 10u

static vv_status write_out(void *payload, const void *bytes, size_t len, vv_error *err)
{
	vv_diff_print *r = payload;
	if (r->book.fd >= 0) return vv_workbook_put(&r->book, bytes, len, err);
	if (r->fd >= 0) return vv_write_full(r->fd, bytes, len, r->output, err);
	if (vv_out_is_terminal()) {
		vv_progress_stop(); /* rows follow: the progress line would be among them */
	}
	vv_out_bytes(bytes, len);
	if (vv_out_is_terminal()) {
		vv_out_flush();
	}
	return vv_out_failed() ? vv_fail(err, VV_EIO, "stdout cannot be written") : VV_OK;
}

static bool wants_color(const vv_diff_print *r)
{
	if (r->color && strcmp(r->color, "auto") != 0) return strcmp(r->color, "always") == 0;
	return r->fd < 0 && vv_color_off()[0] != '\0';
}

/* By the locale's name, as the C library looks for it. */
static bool shows_utf8(void)
{
	static const char *const names[] = {"LC_ALL", "LC_CTYPE", "LANG"};

	vv_array_each(names, sizeof(names) / sizeof(names[0]), name) {
		const char *value = vv_env_get(vv_environ(), *name);

		if (value && *value) {
			return strstr(value, "UTF-8") || strstr(value, "utf8") ||
			       strstr(value, "utf-8") || strstr(value, "UTF8");
		}
	}
	return false;
}

vv_status vv_diff_print_begin(vv_diff_print *r, const char *title, vv_error *err)
{
	r->how.temp_dir = vv_env_temp_dir(vv_environ());
	vv_diff_writer_options wo = {.write = write_out,
				     .payload = r,
				     .color = wants_color(r),
				     .context = 2,
				     .shows_all = r->shows_all,
				     .shows_moves = r->shows_moves,
				     .title = title,
				     .commit = r->commit[0] ? r->commit : NULL,
				     .old_commit = r->old_commit[0] ? r->old_commit : NULL,
				     .pages = r->pages,
				     .size_limit = r->size,
				     .ascii = !shows_utf8(),
				     .commit_time = r->commit_time,
				     .misfit = r->misfit,
				     .numbers = r->numbers,
				     .limit = r->how.limit,
				     .temp_dir = r->how.temp_dir,
				     .words = vv_hint_words};
	vv_status rc;
	/* into a pipe or file nothing is cut, unless a width is given */
	wo.width = r->fd < 0 ? vv_out_limit() : 0;
	if (r->how.only_whether) return VV_OK;
	if (r->kind == &vv_diff_writer_patch) {
		r->patch = (vv_patch_write_options){.write = write_out,
						    .payload = r,
						    .temp_dir = r->how.temp_dir,
						    .pool = r->how.pool};
		r->how.patch = &r->patch;
		r->how.sections = &r->sections;
		return vv_patch_begin(write_out, r, err);
	}
	if ((r->kind->workbook && (rc = vv_workbook_open(&r->book, r->how.temp_dir, err)) < 0) ||
	    (rc = vv_diff_writer_open(&r->writer, r->kind, &wo, err)) < 0) {
		return rc;
	}
	r->how.writer = r->writer;
	r->how.counts = r->kind->counts;
	return VV_OK;
}

static vv_status print_line(vv_diff_print *r, vv_buf *line, vv_error *err)
{
	vv_status rc;

	if (r->kind->prose) {
		vv_buf_putc(line, '\n');
	}
	if ((rc = vv_buf_ok(line, err)) < 0) return rc;
	if (r->kind->prose) return write_out(r, line->data, line->len, err);
	vv_note("%s", line->data);
	return VV_OK;
}

/* Prints the line for a path that is not a table, or whose rows are equal. */
static vv_status tell_line(vv_diff_print *r, vv_buf *line, vv_error *err)
{
	return r->how.only_whether || ++r->text_files > TEXT_FILES_MAX ? VV_OK
								       : print_line(r, line, err);
}

/* Prints a differing path with words about it. */
static vv_status print_path(vv_diff_print *r, const char *path, size_t len, const char *words,
			    vv_error *err)
{
	vv_auto(vv_buf) line = VV_BUF_INIT;

	vv_text_put_escaped(&line, path, len);
	vv_buf_puts(&line, words);
	r->differs = true;
	return tell_line(r, &line, err);
}

/* A, M, D, R, or U for a path in conflict, as git diff --name-status has them. */
static char letter_of(const char *old_path, bool conflict, bool was, bool is)
{
	if (conflict) return 'U';
	if (old_path) return 'R';
	if (!was) return 'A';
	if (!is) return 'D';
	return 'M';
}

/* Where names are requested. */
static vv_status tell_name(vv_diff_print *r, const char *path, const char *old_path, char letter,
			   vv_error *err)
{
	vv_auto(vv_buf) b = VV_BUF_INIT;

	if (!(r->name_only || r->name_status) || r->quiet) return VV_OK;
	if (r->name_status) {
		vv_buf_printf(&b, "%c\t", letter);
	}
	if (r->name_status && old_path) {
		vv_path_put_quoted(&b, old_path, true, false);
		vv_buf_putc(&b, '\t');
	}
	vv_path_put_quoted(&b, path, true, false);
	vv_buf_putc(&b, '\n');
	vv_status rc = vv_buf_ok(&b, err);
	return rc < 0 ? rc : write_out(r, b.data, b.len, err);
}

vv_status vv_diff_print_item(vv_diff_print *r, const vv_diff_item *item, vv_error *err)
{
	vv_diff_answer a;

	r->how.unread = r->how.only_whether || r->text_files >= TEXT_FILES_MAX;
	vv_status rc = item->files ? vv_document_diff(&a, item, &r->how, err)
				   : vv_diff_item_compare(&a, item, &r->how, err);
	if (rc == VV_OK) {
		r->differs |= a.differs;
		r->part_differs |= a.differs;
		if (a.line.len > 0) {
			rc = tell_line(r, &a.line, err);
		}
		if (rc == VV_OK && a.differs) {
			rc = tell_name(r, item->path, item->old_path,
				       letter_of(item->old_path, item->conflict, item->a != NULL,
						 item->b != NULL),
				       err);
		}
		vv_buf_clear(&a.line);
	}
	return rc;
}

/* The subject of one side, NULL in *out when the path is not there. found: storage has it already. */
static vv_status find_side(vv_diff_print *r, const vv_diff_side *s, const char *path, uint32_t mode,
			   int stage, bool found, vv_subject *storage, vv_subject **out,
			   char **word, char **name, vv_error *err)
{
	static const char *const stages[] = {NULL, "base", "ours", "theirs"};
	*out = NULL;
	if (mode == 0) return VV_OK;
	*word = vv_diff_side_word(s, r->repo, path, stage);
	*name = vv_asprintf("%s:%s",
			    s->kind == VV_SIDE_INDEX && stage > 0 ? stages[stage] : s->name, path);
	if (!*word || !*name) return vv_fail_nomem(err);
	vv_status rc = found ? VV_OK
			     : vv_subject_find(storage, r->repo, r->reader,
					       &(vv_version_name){.word = *word}, err);
	storage->text = *name; /* what messages call it */
	*out = rc == VV_OK ? storage : NULL;
	return rc;
}

/* The line of this path whose texts are still open; NULL: none. Both are sorted. */
static vv_stat_line *find_open(vv_diff_print *r, const vv_diff_path *p)
{
	const vv_commit_stat *s = r->stat;
	int order = -1;

	while (s && r->stat_at < s->count &&
	       (order = strcmp(s->lines[r->stat_at].path, p->path)) < 0) {
		r->stat_at++;
	}
	return order == 0 && s->lines[r->stat_at].texts.now.text && !p->old_path
		       ? &s->lines[r->stat_at]
		       : NULL;
}

static bool has_other_mode(const vv_diff_path *p)
{
	return p->old_mode != 0 && p->new_mode != 0 && p->old_mode != p->new_mode;
}

static vv_status diff_path(vv_diff_print *r, const vv_diff_sides *d, const vv_diff_path *p,
			   vv_error *err)
{
	vv_auto(vv_subject) a = {.env = vv_environ()}, b = {.env = vv_environ()};
	vv_stat_line *open = find_open(r, p);
	char *words[2] = {NULL, NULL}, *names[2] = {NULL, NULL};
	vv_diff_item item = {.path = p->path,
			     .old_path = p->old_path,
			     .named = p->literal,
			     .whole = !p->document &&
				      vv_document_is_name(r->repo, vv_environ(), p->path),
			     .conflict = p->stage != 0,
			     .moded = has_other_mode(p)};
	vv_status rc;
	const char *old_path = p->old_path ? p->old_path : p->path;

	if ((rc = vv_attr_compared(r->repo, p->path, &item.compared, err)) < 0) {
		goto done;
	}
	if ((rc = find_side(r, &d->a, old_path, p->old_mode, p->stage, open,
			    open ? &open->texts.old : &a, &item.a, &words[0], &names[0], err)) <
	    0) {
		goto done;
	}
	if ((rc = find_side(r, &d->b, p->path, p->new_mode, 0, open, open ? &open->texts.now : &b,
			    &item.b, &words[1], &names[1], err)) < 0) {
		goto done;
	}
	b.edited = p->edited;
	item.old_name = names[0];
	item.new_name = names[1];
	rc = vv_diff_print_item(r, &item, err);
done:
	if (open) {
		open->texts.old.text = open->texts.now.text = open->path;
	}
	for (int i = 0; i < 2; i++) {
		vv_free_all(words[i], names[i]);
	}
	return rc;
}

/* Is no option given under which two files with different bytes would be equal? */
static bool counts_bytes(const vv_diff_print *r)
{
	const vv_diff_how *h = &r->how;

	return (r->name_only || r->name_status) && !r->quiet && h->key->count == 0 &&
	       h->only->count == 0 && h->ignore->count == 0 && h->where->count == 0 &&
	       !h->ignore_format && !h->tolerance && (!h->rename || !h->rename[0]);
}

/* Do the blobs' ids prove that two ordinary files differ? Tables of different pointers may still be the
 * same. */
static vv_status differs_by_id(const vv_diff_print *r, const vv_diff_sides *d,
			       const vv_diff_path *p, bool *out, vv_error *err)
{
	bool a = false, b = false;
	vv_status rc;

	*out = false;
	if (!counts_bytes(r) || d->a.kind == VV_SIDE_WORK || d->b.kind == VV_SIDE_WORK ||
	    p->stage != 0 || p->old_path || vv_oid_equal(&p->old_id, &p->new_id)) {
		return VV_OK;
	}
	if ((p->old_mode != 0 &&
	     (rc = vv_dataset_reader_is_pointer(r->reader, &p->old_id, &a, err)) < 0) ||
	    (p->new_mode != 0 &&
	     (rc = vv_dataset_reader_is_pointer(r->reader, &p->new_id, &b, err)) < 0)) {
		return rc;
	}
	*out = !a && !b;
	return VV_OK;
}

/* The index has no version of a path in conflict that could be compared. */
static vv_status tell_conflict(vv_diff_print *r, const char *path, vv_error *err)
{
	vv_status rc = print_path(
		r, path, strlen(path),
		": in conflict ('varve diff' compares the work tree with ours, 'varve conflicts' lists it)",
		err);

	return rc < 0 ? rc : tell_name(r, path, NULL, 'U', err);
}

/* Submodules, and links whose target is text: nothing for tables. */
static bool is_ordinary(uint32_t mode)
{
	return mode == 0 || (mode & 0170000) == 0100000;
}

/* A change of its mode, with or without one of its content; it concerns neither columns nor rows that options choose.
 * told: the path was named. */
static vv_status tell_mode(vv_diff_print *r, const vv_diff_path *p, bool told, vv_error *err)
{
	const vv_diff_how *h = &r->how;
	vv_auto(vv_buf) line = VV_BUF_INIT;
	vv_status rc;

	if (p->document > 0 || !has_other_mode(p) || h->only->count > 0 || h->ignore->count > 0 ||
	    h->where->count > 0) {
		return VV_OK;
	}
	r->differs = true;
	vv_text_put_escaped(&line, p->path, strlen(p->path));
	vv_buf_printf(&line, ": mode %06o -> %06o", p->old_mode, p->new_mode);
	if (!h->only_whether && (rc = print_line(r, &line, err)) < 0) return rc;
	return told ? VV_OK : tell_name(r, p->path, p->old_path, 'M', err);
}

/* Do two paths, one after the other, name tables of one document? */
static bool same_document(const vv_diff_path *p, const vv_diff_path *next)
{
	return next->document == p->document && strncmp(p->path, next->path, p->document) == 0;
}

/* After the last table of a document: where none differs, the file does. */
static vv_status tell_document(vv_diff_print *r, const vv_diff_sides *d, const vv_diff_path *p,
			       vv_error *err)
{
	const bool none = !r->part_differs && d->table_count == 0;

	r->part_differs = false;
	return none ? print_path(r, p->path, p->document,
				 ": no change in its tables; the file itself changed", err)
		    : VV_OK;
}

/* The command of git that shows files that are not tables. */
static const char *shown_by(const vv_diff_print *r)
{
	return r->how.text_shown_by ? r->how.text_shown_by : "git diff";
}

static vv_status tell_other(vv_diff_print *r, const vv_diff_path *p, vv_error *err)
{
	vv_auto(char) *words = vv_asprintf(": a link or submodule changed ('%s' shows it)",
					   shown_by(r));
	vv_status rc = vv_alloc_ok(words, err);

	rc = rc < 0 ? rc : print_path(r, p->path, strlen(p->path), words, err);
	return rc < 0 ? rc
		      : tell_name(r, p->path, p->old_path,
				  letter_of(p->old_path, p->stage != 0, p->old_mode != 0,
					    p->new_mode != 0),
				  err);
}

static vv_status diff_paths(vv_diff_print *r, const vv_diff_sides *d, vv_error *err)
{
	bool by_id;
	vv_status rc = VV_OK;
	for (size_t i = 0; i < d->count && rc == VV_OK; i++) {
		const vv_diff_path *p = &d->paths[i];
		if (r->quiet && r->differs) {
			break;
		}
		if (p->stage == VV_STAGE_HIDDEN) {
			rc = tell_conflict(r, p->path, err);
			continue;
		}
		if (!is_ordinary(p->old_mode) || !is_ordinary(p->new_mode)) {
			rc = tell_other(r, p, err);
			continue;
		}
		if ((rc = differs_by_id(r, d, p, &by_id, err)) == VV_OK && by_id) {
			r->differs = true;
			rc = tell_name(r, p->path, NULL,
				       letter_of(NULL, false, p->old_mode != 0, p->new_mode != 0),
				       err);
		} else if (rc == VV_OK) {
			const bool differed = r->differs;

			r->differs = false;
			if ((rc = diff_path(r, d, p, err)) == VV_OK) {
				rc = tell_mode(r, p, r->differs, err);
			}
			r->differs |= differed;
		}
		if (r->of_commit && rc == VV_EMISSING && err->gap == VV_GAP_EXPIRED) {
			vv_note("the rows are not shown: %s", err->message);
			rc = VV_OK;
		}
		/* one table whose blocks are missing here does not hide the others */
		if ((rc == VV_EMISSING || rc == VV_EINPUT || rc == VV_ECORRUPT) &&
		    (d->count > 1 || (r->one_of_many && rc == VV_EMISSING)) && !vv_out_failed()) {
			vv_report(err);
			r->trouble = r->part_differs = true;
			rc = VV_OK;
		}
		if (rc == VV_OK && p->document > 0 &&
		    (i + 1 == d->count || !same_document(p, &d->paths[i + 1]))) {
			rc = tell_document(r, d, p, err);
		}
	}
	return rc;
}

vv_status vv_diff_print_sides(vv_diff_print *r, vv_diff_sides *d, vv_error *err)
{
	vv_auto(vv_attr_held) held VV_UNUSED = vv_attr_hold(r->repo);
	/* Whether a document differs is a question of its bytes. */
	vv_status rc = r->how.only_whether || r->how.patch
			       ? VV_OK
			       : vv_diff_sides_open_documents(d, r->repo, r->reader, err);

	rc = rc < 0 ? rc : diff_paths(r, d, err);
	if (rc == VV_OK && r->text_files > TEXT_FILES_MAX && !r->how.only_whether) {
		vv_auto(vv_buf) line = VV_BUF_INIT;
		const uint64_t more = r->text_files - TEXT_FILES_MAX;

		vv_buf_printf(&line, "... and %s not %s ('%s' shows %s)",
			      vv_text_counted(more, "more file that is", "more files that are"),
			      more == 1 ? "a table" : "tables", shown_by(r),
			      more == 1 ? "it" : "them");
		r->text_files = 0;
		rc = tell_line(r, &line, err);
	}
	return rc;
}

vv_status vv_diff_print_end(vv_diff_print *r, vv_error *err)
{
	vv_status rc = VV_OK;

	if (r->writer) {
		rc = vv_diff_writer_end(r->writer, err);
	} else if (r->how.patch) {
		rc = vv_patch_end(write_out, r, r->sections, err);
	}

	return rc < 0 || !r->book.file ? rc
				       : vv_workbook_end(&r->book, vv_environ(), write_out, r, err);
}

void vv_diff_print_clear(vv_diff_print *r)
{
	vv_workbook_clear(&r->book);
	vv_diff_writer_close(r->writer);
}

uint64_t vv_diff_print_limit(const vv_diff_print *r)
{
	bool terminal = r->fd < 0 && vv_out_is_terminal();

	return r->kind == &vv_diff_writer_text && terminal ? TERMINAL_LIMIT : 0;
}

vv_status vv_diff_show_commits(const vv_diff_show *s, const vv_commit_stat *stat,
			       const vv_oid *from, const vv_oid *to, bool *trouble, vv_error *err)
{
	static const vv_strings none;
	vv_auto(vv_buf) shown_by = VV_BUF_INIT;
	vv_auto(vv_diff_sides) d = {0};
	vv_auto(vv_diff_print) r = {.repo = s->repo,
				    .reader = s->reader,
				    .stat = stat,
				    .fd = -1,
				    .book.fd = -1,
				    .kind = &vv_diff_writer_text,
				    .shows_all = s->shows_all,
				    .of_commit = true,
				    .one_of_many = !s->unasked,
				    .how = {.key = &none,
					    .only = s->only ? s->only : &none,
					    .ignore = &none,
					    .where = &none}};
	vv_status rc;

	vv_buf_printf(&shown_by, "git show %.10s", vv_oid_shows(to));
	if ((rc = vv_diff_sides_between(&d, s->repo, from, to, s->paths, err)) < 0) return rc;
	r.how.pool = vv_dataset_reader_pool(s->reader);
	r.how.text_shown_by = vv_buf_cstr(&shown_by);
	r.how.limit = s->no_limit ? vv_diff_print_limit(&r) : s->limit;
	if ((rc = vv_diff_print_begin(&r, "", err)) == VV_OK &&
	    (rc = vv_diff_print_sides(&r, &d, err)) == VV_OK) {
		rc = vv_diff_print_end(&r, err);
	}
	*trouble = *trouble || r.trouble;
	return rc;
}

vv_status vv_diff_show_differs(bool *out, bool *known, const vv_diff_show *s, const vv_oid *from,
			       const vv_oid *to, vv_error *err)
{
	static const vv_strings none;
	vv_auto(vv_diff_sides) d = {0};
	vv_auto(vv_diff_print) r = {.repo = s->repo,
				    .reader = s->reader,
				    .fd = -1,
				    .book.fd = -1,
				    .kind = &vv_diff_writer_text,
				    .of_commit = true,
				    .quiet = true,
				    .how = {.key = &none,
					    .only = s->only,
					    .ignore = &none,
					    .where = &none,
					    .only_whether = true}};
	vv_status rc;

	if ((rc = vv_diff_sides_between(&d, s->repo, from, to, s->paths, err)) < 0) return rc;
	r.how.pool = vv_dataset_reader_pool(s->reader);
	if ((rc = vv_diff_print_begin(&r, "", err)) == VV_OK &&
	    (rc = vv_diff_print_sides(&r, &d, err)) == VV_OK) {
		rc = vv_diff_print_end(&r, err);
	}
	*out = rc == VV_OK && r.differs;
	*known = *known || (rc == VV_OK && d.count > 0 && d.paths[0].old_mode != 0 &&
			    d.paths[0].new_mode != 0);
	/* neither version has such a column */
	return vv_error_excuse(rc, rc == VV_ENOTFOUND, err);
}
