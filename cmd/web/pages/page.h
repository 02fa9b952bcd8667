/*
 * page: one unfinished page: its frame, its links, and common parts: times, changes in words, the values of cells.
 *
 * Returned values live until the page is cleared. Lack of memory is recorded and reported once, by vv_page_end.
 *
 * A correct caller: vv_page_begin; parts and the functions below, into p->html; vv_page_end;
 * vv_page_clear in any case.
 */
#ifndef VV_CMD_WEB_PAGES_PAGE_H
#define VV_CMD_WEB_PAGES_PAGE_H

#include "base/arena.h"
#include "base/auto.h"
#include "base/json/json.h"
#include "cmd/web/model/changes.h"
#include "cmd/web/model/datasets.h"
#include "cmd/web/model/table.h"
#include "cmd/web/pages/html.h"
#include "cmd/web/reply.h"

struct vv_page;

/* The location of the pages. NULL members: a server, which parses addresses itself. */
typedef struct vv_page_place {
	/* Appends the link to the address; false: no such page exists, so no link. */
	bool (*link)(void *payload, vv_buf *out, const vv_web_address *to);
	/* Writes the end of every page. NULL: nothing. */
	void (*also)(void *payload, struct vv_page *p);
	void *payload;
	const char *style, *script, *icon; /* relative addresses of the files */
} vv_page_place;

typedef struct vv_page {
	const vv_web_asked *asked;
	const vv_web_address *at; /* the requested address */
	const vv_page_place *place;
	vv_html html;
	vv_arena arena;
	struct vv_page_piece *pieces;
	bool failed;  /* too little memory somewhere */
	bool passing; /* time was over, or data is not here: the next look may show more */
} vv_page;

void vv_page_init(vv_page *p, const vv_web_asked *asked, const vv_page_place *place);
void vv_page_clear(vv_page *p);
VV_AUTO_CLEAR(vv_page, vv_page_clear)

typedef struct vv_page_frame {
	const char *title, *description;
	const char *heading; /* NULL: the dataset's path */
	const char *dataset; /* path; NULL: a page of the whole repository */
	bool file;           /* which is not a table */
	bool wide;           /* the page has the whole width */
	/* that the links to the dataset name; NULL: the default one */
	const vv_web_commit *version;
} vv_page_frame;
/* Head, heading, the version and the views of the same subject. */
void vv_page_begin(vv_page *p, const vv_page_frame *f);
/* The foot, and the whole to out. */
vv_status vv_page_end(vv_page *p, vv_buf *out, vv_error *err);
/* On a server, which searches, sorts and finds versions by name; else in a folder. */
bool vv_page_is_served(const vv_page *p);

/* Words with values in them. */
const char *vv_page_text(vv_page *p, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
/* The same of what lives shorter than the page. */
#define vv_page_keep(p, text) vv_page_text(p, "%s", text)
#define vv_page_count(p, n) vv_page_keep(p, vv_text_count(n)) /* "1,204" */
#define vv_page_counted(p, n, one, many)                                                           \
	vv_page_keep(p, vv_text_counted(n, one, many))        /* "2 rows" */
#define vv_page_bytes(p, n) vv_page_keep(p, vv_text_bytes(n)) /* "3.1 MB" */
/* An error's text with a capital letter: "Row 3 ..."; a name or a command at the front is unchanged. */
const char *vv_page_sentence(vv_page *p, const char *said);
/* For a piece that is put into a part: empty, and cleared with the page. NULL never. */
vv_html *vv_page_piece_new(vv_page *p);

/* ---- links */

const char *vv_page_link(vv_page *p, const vv_web_address *to);

const char *vv_page_to(vv_page *p, vv_web_place place, const char *rev, const char *path);
const char *vv_page_to_compare(vv_page *p, const vv_web_commit *a, const vv_web_commit *b,
			       const char *path);
/* The link to a commit's changes of a table or (path NULL) of all; for the first commit, to its
 * content. */
const char *vv_page_to_commit(vv_page *p, const vv_web_commit *before, const vv_web_commit *c,
			      const char *path);
const char *vv_page_to_row(vv_page *p, const vv_web_commit *c, const char *path, const char *key,
			   uint64_t number);
/* name: a column; NULL: all. */
const char *vv_page_to_column(vv_page *p, const vv_web_commit *c, const char *path,
			      const char *name);
/* Writes a link below a list to older items. */
void vv_page_older(vv_page *p, const vv_web_address *to);
/* A button to the part of a list that begins there; rel: "next", "prev" or NULL. */
void vv_page_put_from(vv_page *p, const vv_web_address *list, uint64_t from, const char *text,
		      const char *rel);
/* The file's bytes. */
const char *vv_page_to_raw(vv_page *p, const vv_web_commit *c, const char *path);

/* ---- words */

const char *vv_page_subject(const vv_web_commit *c);            /* "(no message)" for none */
const char *vv_page_day(vv_page *p, const vv_web_commit *c);    /* "3 Mar 2024" */
const char *vv_page_moment(vv_page *p, const vv_web_commit *c); /* "3 Mar 2024, 14:05" */
const char *vv_page_iso(vv_page *p, const vv_web_commit *c);
/* "Check: valid", with a link to the findings; of a version that was not checked in time only the link. */
void vv_page_put_verdict(vv_page *p, vv_html *h, const vv_web_commit *c);
/* "+35 -35 ~64 rows": each number in its style. */
void vv_page_put_change_words(vv_page *p, vv_html *h, const char *words);
vv_html *vv_page_change_words(vv_page *p, const char *words); /* as a piece */
/* The kind of change of a row or a path: added, removed, changed, moved. */
typedef struct vv_page_kind {
	const char *sign, *style, *word;
} vv_page_kind;
extern const vv_page_kind vv_page_kinds[4];
/* An item of a list: a path, and what happened to it. */
void vv_page_put_change(vv_page *p, const vv_web_commit *a, const vv_web_commit *b,
			const vv_web_change *c);
/* How many commits from e on, of at most count, have one author and subject (but for digits) and changed the same
 * tables; 1: fewer than `least`. */
size_t vv_page_alike(const vv_web_log_entry *e, size_t count, size_t least);
/* The changes of this many similar commits, path by path. */
vv_html *vv_page_alike_words(vv_page *p, const vv_web_log_entry *e, size_t count);
/* A line a table: rows, rows over time, last change (of log, if it is not NULL and has it). */
void vv_page_put_tables(vv_page *p, const vv_web_datasets *all, const vv_web_log *log);

/* An item of the list of repositories, to another page's list: what this one is. Without a visit its name alone. */
void vv_page_put_repository(vv_page *p, vv_html *list);

/* To the owner of a work tree with conflicts: that there are some, and where. */
vv_status vv_page_put_conflicts_card(vv_page *p, vv_error *err);

/* ---- files of the version */

/* One that is text; NULL: there is none. */
const vv_web_table *vv_page_read_text(vv_page *p, const char *path);
const vv_json *vv_page_package(vv_page *p); /* datapackage.json; NULL */

/* ---- values */

void vv_page_put_value(vv_page *p, vv_html *h, const vv_web_cell *c);
vv_html *vv_page_value(vv_page *p, const vv_web_cell *c); /* as a piece */
/* One of them NULL: only the other version has such a column. */
void vv_page_put_old_new(vv_page *p, vv_html *h, const vv_web_cell *x, const vv_web_cell *y,
			 vv_cell_change change);
#define VV_PAGE_COLUMNS 60u /* default number of a table's columns shown */
/* Rows of a page, for a table with that number of columns. */
size_t vv_page_rows_at_once(size_t columns);
/* A text file, line by line. */
void vv_page_put_lines(vv_page *p, const char *text, size_t len);
/* Is it a number, a date or a time by its looks? Those stay in one line. */
bool vv_page_is_compact(const vv_web_cell *c);

/* ---- the pages; each begins, fills and ends p */

/* The one of p's place. */
vv_status vv_page_make(vv_page *p, vv_web_reply *reply, vv_error *err);

vv_status vv_page_overview(vv_page *p, vv_buf *out, vv_error *err);
/* With a path, of a table; else of all. */
vv_status vv_page_history(vv_page *p, vv_buf *out, vv_error *err);
vv_status vv_page_files(vv_page *p, vv_buf *out, vv_error *err);
vv_status vv_page_search(vv_page *p, vv_buf *out, vv_error *err);
vv_status vv_page_sql(vv_page *p, vv_buf *out, vv_error *err);
/* For the owner alone: varve-sql, whose path is the caller's; false if it is not installed. */
bool vv_page_finds_sql(const vv_page *p, char **program);
vv_status vv_page_feed(vv_page *p, vv_buf *out, vv_error *err); /* XML */
vv_status vv_page_compare(vv_page *p, vv_buf *out, vv_error *err);
vv_status vv_page_table(vv_page *p, vv_buf *out, vv_error *err);
vv_status vv_page_row(vv_page *p, vv_buf *out, vv_error *err);
vv_status vv_page_column(vv_page *p, vv_buf *out, vv_error *err);
vv_status vv_page_check(vv_page *p, vv_buf *out, vv_error *err);
vv_status vv_page_conflicts(vv_page *p, vv_buf *out, vv_error *err);
vv_status vv_page_trouble(vv_page *p, unsigned status, const vv_error *why, vv_buf *out,
			  vv_error *err);

#endif
