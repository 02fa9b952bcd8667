/*
 * export: which addresses become which files, and what is left out where the room ends.
 *
 * Comparisons come first, then the data files that half of the room has place for, then rows, then the other files; the
 * first page is written last and tells what had no room. A page links only to what is written; so the last page of rows that fits is made again,
 * without a link to the next. All but the first page is in a folder of its own (export_folder.h).
 */
#include "cmd/web/pages/export.h"

#include <stdio.h>
#include <string.h>

#include "base/codec.h"
#include "base/show.h"
#include "cmd/web/model/missing.h"
#include "cmd/web/pages/export_folder.h"
#include "cmd/web/pages/page.h"
#include "cmd/web/pages/pages.h"
#include "cmd/web/pages/parts.h"
#include "lib/names/version.h"

#define PAGE_ROWS 500u /* so that a page is whole whatever its cells hold: an answer has an end */
#define PAGES_MAX (VV_EXPORT_ROWS / PAGE_ROWS)
#define DATASETS 500u
#define NAME_MAX_LEN 100u /* bytes of a path's last part in the name of its page */
#define CELL_MAX 1000u

typedef struct subject {
	const char *path;
	bool rows, compare;             /* has pages of each */
	unsigned row_pages, diff_pages; /* of which a link may name so many */
	bool file;                      /* its data file is there */
} subject;

typedef struct export
{
	const vv_export_options *o;
	vv_web_visit *visit;
	vv_web_commit a, b; /* a is none when a version alone is shown */
	subject *subjects;
	size_t count;
	vv_buf notes; /* what was left out */
	vv_exported *done;
	vv_export_folder *folder;
	uint64_t most;
	bool first; /* the page that is made is the first one */
}
export;

/* ---- which file is which page */

static size_t subject_of(const export *e, const char *path)
{
	for (size_t i = 0; i < e->count; i++) {
		if (strcmp(e->subjects[i].path, path) == 0) return i;
	}
	return SIZE_MAX;
}

/* Letters, digits, '-', '_' and '.' of the path's last part: a name that every system takes. */
static void put_plain_name(vv_buf *out, const char *path)
{
	const char *slash = strrchr(path, '/'), *name = slash ? slash + 1 : path;

	for (const char *s = name; *s && (size_t)(s - name) < NAME_MAX_LEN; s++) {
		bool plain = (*s >= '0' && *s <= '9') || (*s >= 'a' && *s <= 'z') ||
			     (*s >= 'A' && *s <= 'Z') || *s == '-' || *s == '_' ||
			     (*s == '.' && s[1]);
		vv_buf_putc(out, plain ? *s : '_');
	}
}

static void put_name(vv_buf *out, const export *e, const char *kind, size_t i, unsigned page)
{
	vv_buf_printf(out, "%s-%zu-", kind, i + 1);
	put_plain_name(out, e->subjects[i].path);
	if (page > 0) {
		vv_buf_printf(out, "-%u", page + 1);
	}
	vv_buf_puts(out, ".html");
}

static bool is_at(const vv_web_commit *c, const char *rev)
{
	return !c->none && rev && strcmp(c->hex, rev) == 0;
}

static bool is_plain_rows(const vv_web_rows_query *q)
{
	return !q->sort && !(q->search && *q->search) && q->filter_count == 0 && !q->jump;
}

/* What stands before the name of a page, in a link from the one that is made. */
static void put_to_pages(const export *e, vv_buf *out)
{
	vv_buf_puts(out, "./");
	if (e->first) {
		vv_buf_printf(out, "%s/", vv_export_folder_pages(e->folder));
	}
}

static void put_to_index(const export *e, vv_buf *out)
{
	vv_buf_puts(out, e->first ? "./index.html" : "../index.html");
}

static bool link_rows(const export *e, vv_buf *out, const vv_web_address *to)
{
	uint64_t page = to->rows.from / PAGE_ROWS;

	if (!is_at(&e->b, to->rev)) return false;
	if (!to->path) {
		put_to_index(e, out);
		vv_buf_puts(out, "#datasets");
		return true;
	}
	size_t i = subject_of(e, to->path);
	if (i == SIZE_MAX || !e->subjects[i].rows || !is_plain_rows(&to->rows) ||
	    page >= e->subjects[i].row_pages) {
		return false;
	}
	put_to_pages(e, out);
	put_name(out, e, "rows", i, (unsigned)page);
	if (to->rows.from % PAGE_ROWS != 0) {
		vv_buf_printf(out, "#r%llu", (unsigned long long)to->rows.from + 1);
	}
	return true;
}

static bool link_comparison(const export *e, vv_buf *out, const vv_web_address *to)
{
	uint64_t page = to->compare.from / PAGE_ROWS;

	if (!is_at(&e->b, to->rev) || !is_at(&e->a, to->other_rev)) return false;
	if (!to->path) {
		put_to_index(e, out);
		return true;
	}
	size_t i = subject_of(e, to->path);
	if (i == SIZE_MAX || !e->subjects[i].compare || page >= e->subjects[i].diff_pages ||
	    to->compare.no_added || to->compare.no_removed || to->compare.no_changed) {
		return false;
	}
	put_to_pages(e, out);
	put_name(out, e, "changes", i, (unsigned)page);
	return true;
}

static bool put_link(void *payload, vv_buf *out, const vv_web_address *to)
{
	const export *e = payload;

	switch (to->place) {
	case VV_WEB_AT_OVERVIEW:
		if (to->after || to->since) return false;
		put_to_index(e, out);
		return true;
	case VV_WEB_AT_SEARCH:
		put_to_pages(e, out);
		vv_buf_puts(out, "search.html");
		return true;
	case VV_WEB_AT_COMPARE:
		return link_comparison(e, out, to);
	case VV_WEB_AT_TREE:
	case VV_WEB_AT_TABLE:
		return link_rows(e, out, to);
	default:
		return false;
	}
}

/* ---- writing */

static bool has_room(const export *e, size_t len)
{
	return vv_export_folder_bytes(e->folder) + len <= e->most;
}

/* Each table's rows and data file. */
static void put_datasets(vv_page *p, export *e)
{
	part_subtitle(&p->html, .text = vv_html_words("Tables"), .id = vv_html_words("datasets"));
	part_list_begin(&p->html, .kind = vv_html_words("paths"));
	for (size_t i = 0; i < e->count; i++) {
		const subject *s = &e->subjects[i];
		vv_html *h = vv_page_piece_new(p);
		vv_auto(vv_buf) at = VV_BUF_INIT;

		if (!s->rows) {
			continue;
		}
		part_link(h, .at = vv_page_to(p, VV_WEB_AT_TABLE, e->b.hex, s->path),
			  .text = vv_html_words(s->path));
		if (s->file) {
			put_to_pages(e, &at);
			vv_buf_printf(&at, "files/%zu-", i + 1);
			put_plain_name(&at, s->path);
			part_words(h, .text = vv_html_words(", "));
			part_link(h, .at = vv_html_link(vv_page_text(p, "%s", vv_buf_cstr(&at)).s),
				  .text = vv_html_words("the file"));
		}
		part_item(&p->html, .body = h);
	}
	part_list_end(&p->html);
}

/* Below the first page: the data files, and what is not here. */
static void put_rest(void *payload, vv_page *p)
{
	export *e = payload;

	if (!e->first) return;
	put_datasets(p, e);
	if (e->notes.len > 0) {
		part_note(&p->html, .text = vv_html_words("This did not fit:"),
			  .hint = vv_html_buf(&e->notes));
	}
}

static const char *asset_at(const export *e, vv_page *p, const char *name)
{
	vv_auto(vv_buf) at = VV_BUF_INIT;

	put_to_pages(e, &at);
	vv_buf_puts(&at, name);
	return vv_page_text(p, "%s", vv_buf_cstr(&at)).s;
}

/* Makes one page; its bytes in out. */
static vv_status make(export *e, vv_web_address *to,
		      vv_status (*page)(vv_page *, vv_buf *, vv_error *), vv_buf *out,
		      vv_error *err)
{
	vv_page_place place = {.link = put_link, .also = put_rest, .payload = e};
	vv_web_asked asked = {.visit = e->visit,
			      .address = to,
			      .repository = e->o->repository,
			      .commit = e->b,
			      .other = e->a,
			      .fixed = true};
	vv_page p;

	vv_buf_reset(out);
	vv_page_init(&p, &asked, &place);
	place.style = asset_at(e, &p, "style.css");
	place.script = asset_at(e, &p, "script.js");
	place.icon = asset_at(e, &p, "icon.svg");
	vv_status rc = page(&p, out, err);
	vv_page_clear(&p);
	e->visit->held = 0;
	return rc == VV_EMISSING
		       ? vv_web_missing_say(e->visit, NULL, &e->b, to->path ? to->path : "", err)
		       : rc;
}

static vv_web_address address(const export *e, vv_web_place place, const char *path)
{
	vv_web_address to = {.base = "", .place = place, .rev = e->b.hex, .path = path};

	if (place == VV_WEB_AT_COMPARE) {
		to.other_rev = e->a.hex;
	}
	to.rows.limit = to.compare.limit = PAGE_ROWS;
	to.rows.cell_max = to.compare.cell_max = CELL_MAX;
	return to;
}

static void leave_out(export *e, const char *what, const char *path)
{
	vv_buf_printf(&e->notes, "%s%s of %s", e->notes.len > 0 ? "; " : "", what, path);
	e->done->left_out++;
}

static vv_status no_room(vv_page *p, vv_buf *out, vv_error *err)
{
	vv_error why;

	vv_fail(&why, VV_EREFUSED, "the rows of '%s' did not fit", vv_text_shows(p->at->path));
	return vv_page_trouble(p, 0, &why, out, err);
}

static vv_status write_search(export *e, vv_error *err)
{
	vv_web_address to = address(e, VV_WEB_AT_SEARCH, NULL);
	vv_auto(vv_buf) html = VV_BUF_INIT;
	vv_status rc = make(e, &to, vv_page_search, &html, err);

	e->done->pages += rc == VV_OK;
	return rc < 0 ? rc
		      : vv_export_folder_write(e->folder, "search.html", vv_buf_cstr(&html),
					       html.len, err);
}

/* Pages that are written already lead to the first page of rows. */
static vv_status write_stand_in(export *e, size_t i, vv_error *err)
{
	vv_web_address to = address(e, VV_WEB_AT_TABLE, e->subjects[i].path);
	vv_auto(vv_buf) html = VV_BUF_INIT, name = VV_BUF_INIT;
	vv_status rc = make(e, &to, no_room, &html, err);

	if (rc == VV_OK) {
		put_name(&name, e, "rows", i, 0);
		rc = vv_export_folder_write(e->folder, vv_buf_cstr(&name), vv_buf_cstr(&html),
					    html.len, err);
	}
	return rc;
}

/* The pages of one subject, of one kind, as many as there are, and as fit. */
static vv_status write_pages(export *e, size_t i, bool diff, vv_error *err)
{
	subject *s = &e->subjects[i];
	unsigned *pages = diff ? &s->diff_pages : &s->row_pages;
	vv_auto(vv_buf) html = VV_BUF_INIT, name = VV_BUF_INIT;
	vv_web_address to = address(e, diff ? VV_WEB_AT_COMPARE : VV_WEB_AT_TABLE, s->path);
	vv_status rc = VV_OK;

	*pages = PAGES_MAX;
	for (unsigned n = 0; n < *pages; n++) {
		vv_auto(vv_buf) next = VV_BUF_INIT;
		to.rows.from = to.compare.from = (uint64_t)n * PAGE_ROWS;
		if ((rc = make(e, &to, diff ? vv_page_compare : vv_page_table, &html, err)) < 0) {
			break;
		}
		vv_buf_reset(&name);
		put_name(&name, e, diff ? "changes" : "rows", i, n);
		if (!has_room(e, html.len)) {
			leave_out(e, diff ? "changes" : "rows", s->path);
			*pages = n;
			break;
		}
		if ((rc = vv_export_folder_write(e->folder, vv_buf_cstr(&name), vv_buf_cstr(&html),
						 html.len, err)) < 0) {
			break;
		}
		e->done->pages++;
		put_name(&next, e, diff ? "changes" : "rows", i, n + 1);
		bool more = n + 1 < PAGES_MAX &&
			    strstr(vv_buf_cstr(&html), vv_buf_cstr(&next)) != NULL;
		if (!more) {
			*pages = n + 1;
		}
	}
	/* The last page names the one that had no room: it is made again. */
	if (rc == VV_OK && *pages > 0 && *pages < PAGES_MAX && !has_room(e, html.len)) {
		unsigned last = *pages - 1;
		to.rows.from = to.compare.from = (uint64_t)last * PAGE_ROWS;
		rc = make(e, &to, diff ? vv_page_compare : vv_page_table, &html, err);
		if (rc == VV_OK) {
			vv_buf_reset(&name);
			put_name(&name, e, diff ? "changes" : "rows", i, last);
			rc = vv_export_folder_write(e->folder, vv_buf_cstr(&name),
						    vv_buf_cstr(&html), html.len, err);
		}
	}
	return rc == VV_OK && *pages == 0 && !diff ? write_stand_in(e, i, err) : rc;
}

typedef struct taken {
	vv_buf bytes;
	uint64_t most;
	bool over;
} taken;

static vv_status take(void *payload, const void *bytes, size_t len, vv_error *err)
{
	taken *t = payload;

	if (t->bytes.len + len > t->most) {
		t->over = true;
		return vv_fail(err, VV_EREFUSED, "it does not fit");
	}
	vv_buf_put(&t->bytes, bytes, len);
	return vv_buf_ok(&t->bytes, err);
}

/* The exact bytes of a dataset, below files/, unless the export would exceed `most`. again: the second attempt. */
static vv_status write_data(export *e, size_t i, uint64_t most, bool again, vv_error *err)
{
	subject *s = &e->subjects[i];
	uint64_t held = vv_export_folder_bytes(e->folder) + 2 * NAME_MAX_LEN;
	taken t = {VV_BUF_INIT, most > held ? most - held : 0, false};
	vv_auto(vv_buf) name = VV_BUF_INIT;
	vv_auto(vv_subject) data = {0};
	vv_status rc;

	if ((rc = vv_subject_find_at(&data, e->visit->repo, e->visit->reader, &e->b.id, s->path,
				     err)) == VV_OK) {
		rc = vv_subject_bytes(&data, take, &t, NULL, err);
	}
	if (rc < 0) {
		if (t.over || rc == VV_ENOTFOUND) {
			if (again) {
				leave_out(e, "the file", s->path);
			}
			rc = VV_OK;
		}
		goto done;
	}
	vv_buf_printf(&name, "files/%zu-", i + 1);
	put_plain_name(&name, s->path);
	if ((rc = vv_export_folder_write(e->folder, vv_buf_cstr(&name), vv_buf_cstr(&t.bytes),
					 t.bytes.len, err)) == VV_OK) {
		s->file = true;
		e->done->files++;
	}
done:
	vv_buf_clear(&t.bytes);
	return rc;
}

static vv_status overview(vv_page *p, vv_buf *out, vv_error *err)
{
	vv_auto(vv_buf) cookie = VV_BUF_INIT;

	return vv_page_overview(p, out, &cookie, err);
}

static vv_status write_index(export *e, vv_error *err)
{
	vv_auto(vv_buf) html = VV_BUF_INIT;
	vv_web_address to = address(e, e->a.none ? VV_WEB_AT_OVERVIEW : VV_WEB_AT_COMPARE, NULL);

	e->first = true;
	vv_status rc = make(e, &to, e->a.none ? overview : vv_page_compare, &html, err);
	if (rc == VV_OK) {
		e->done->bytes = vv_export_folder_bytes(e->folder) + html.len;
		e->done->pages++;
		rc = vv_export_folder_finish(e->folder, vv_buf_cstr(&html), html.len, err);
	}
	return rc;
}

/* ---- what is asked for */

static vv_status resolve(export *e, vv_error *err)
{
	const char *what = e->o->what, *dots = strstr(what, "..");
	bool from_base = dots && dots[2] == '.';
	char *first;
	vv_status rc;

	e->a = (vv_web_commit){.none = true};
	if (!dots) return vv_web_commit_find(e->visit, what, &e->b, NULL, err);
	if (!(first = vv_arena_strndup(&e->visit->arena, what, (size_t)(dots - what)))) {
		return vv_fail_nomem(err);
	}
	const char *second = dots + (from_base ? 3 : 2);
	if ((rc = vv_web_commit_find(e->visit, *first ? first : "HEAD", &e->a, NULL, err)) < 0 ||
	    (rc = vv_web_commit_find(e->visit, *second ? second : "HEAD", &e->b, NULL, err)) < 0) {
		return rc;
	}
	if (from_base) {
		vv_web_commit a = e->a;
		rc = vv_web_commit_base(e->visit, &a, &e->b, &e->a, err);
	}
	return rc;
}

static subject *subject_for(export *e, const char *path)
{
	size_t i = subject_of(e, path);

	if (i == SIZE_MAX) {
		i = e->count++;
		e->subjects[i] = (subject){.path = path};
	}
	return &e->subjects[i];
}

/* Every table that differs or is there. */
static vv_status list_subjects(export *e, vv_error *err)
{
	vv_web_change *changes = NULL;
	vv_web_datasets all;
	size_t count = 0;
	bool more;
	vv_status rc;

	if ((!e->a.none && (rc = vv_web_changes_between(e->visit, &e->a, &e->b, DATASETS, &changes,
							&count, &more, err)) < 0) ||
	    (rc = vv_web_datasets_read(e->visit, &e->b, DATASETS, false, &all, err)) < 0) {
		return rc;
	}
	if (!(e->subjects = vv_arena_calloc(&e->visit->arena, count + all.count + 1,
					    sizeof(*e->subjects)))) {
		return vv_fail_nomem(err);
	}
	for (size_t i = 0; i < count; i++) {
		subject *s = subject_for(e, changes[i].path);
		s->compare = true;
		s->diff_pages = PAGES_MAX;
	}
	for (size_t i = 0; i < all.tables; i++) {
		subject *s = subject_for(e, all.items[i].path);
		s->rows = true;
		s->row_pages = PAGES_MAX;
	}
	return VV_OK;
}

/* The folder of pages is called after the versions: "9da2c18e-a7d82ee3". */
static vv_status open_folder(export *e, vv_error *err)
{
	char name[sizeof(e->a.brief) + sizeof(e->b.brief) + 1];

	(void)snprintf(name, sizeof(name), "%s%s%s", e->a.none ? "" : e->a.brief,
		       e->a.none ? "" : "-", e->b.brief);
	return vv_export_folder_open(&e->folder, e->o->folder, name, err);
}

static vv_status write_assets(export *e, vv_error *err)
{
	const vv_page_asset *a;
	vv_status rc = VV_OK;

	for (size_t i = 0; (a = vv_page_asset_at(i)); i++) {
		if ((rc = vv_export_folder_write(e->folder, a->name, a->text, strlen(a->text),
						 err)) < 0) {
			return rc;
		}
	}
	return VV_OK;
}

/* Of the version itself: a comparison says by itself which of two it lacks. */
static vv_status say_missing(export *e, size_t i, vv_status rc, vv_error *err)
{
	return rc == VV_EMISSING
		       ? vv_web_missing_say(e->visit, NULL, &e->b, e->subjects[i].path, err)
		       : rc;
}

static vv_status write_all(export *e, vv_error *err)
{
	vv_status rc;

	for (size_t i = 0; i < e->count; i++) {
		if (e->subjects[i].compare && (rc = write_pages(e, i, true, err)) < 0) return rc;
	}
	for (size_t i = 0; i < e->count; i++) {
		if (e->subjects[i].rows && (rc = write_data(e, i, e->most / 2, false, err)) < 0) {
			return say_missing(e, i, rc, err);
		}
	}
	for (size_t i = 0; i < e->count; i++) {
		if (e->subjects[i].rows && (rc = write_pages(e, i, false, err)) < 0) {
			return say_missing(e, i, rc, err);
		}
	}
	for (size_t i = 0; i < e->count; i++) {
		if (e->subjects[i].rows && !e->subjects[i].file &&
		    (rc = write_data(e, i, e->most, true, err)) < 0) {
			return say_missing(e, i, rc, err);
		}
	}
	return VV_OK;
}

vv_status vv_page_export(vv_web_visit *v, const vv_export_options *o, vv_exported *out,
			 vv_error *err)
{
	export e = {.o = o, .visit = v, .notes = VV_BUF_INIT, .done = out};
	vv_status rc;

	*out = (vv_exported){.pages = 0};
	/* the first page must have room in any case */
	e.most = o->bytes ? o->bytes : VV_EXPORT_BYTES;
	e.most -= e.most / 20;
	if ((rc = resolve(&e, err)) < 0 || (rc = list_subjects(&e, err)) < 0 ||
	    (rc = open_folder(&e, err)) < 0 || (rc = write_assets(&e, err)) < 0) {
		goto done;
	}
	if ((rc = write_all(&e, err)) == VV_OK && (rc = write_search(&e, err)) == VV_OK) {
		rc = write_index(&e, err);
	}
done:
	vv_export_folder_close(e.folder);
	vv_buf_clear(&e.notes);
	return rc;
}
