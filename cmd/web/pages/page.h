/*
 * page: writes pages: the frame of a page, its links, and parts that many pages have (times,
 * changes in words, values of cells).
 *
 * Returned values are valid until the page is cleared. Functions that return no status record that
 * memory ran out; vv_page_end reports it.
 *
 * A correct caller: vv_page_init; vv_page_begin; writes the content to p->html, with the functions
 * below or with parts (html.h); vv_page_end; vv_page_clear in any case.
 */
#ifndef VV_CMD_WEB_PAGES_PAGE_H
#define VV_CMD_WEB_PAGES_PAGE_H

#include "base/arena.h"
#include "base/auto.h"
#include "base/json/json.h"
#include "cmd/web/model/changes.h"
#include "cmd/web/model/datasets.h"
#include "cmd/web/model/desk.h"
#include "cmd/web/model/table.h"
#include "cmd/web/pages/html.h"
#include "cmd/web/reply.h"

struct vv_page;

/* How exported pages link to each other. */
typedef struct vv_page_place {
	/* Appends the link to an address. Returns false if no such page exists, so that the link is
	 * left out. NULL: the pages are on a server, where links are addresses (address.h). */
	bool (*link)(void *payload, vv_buf *out, const vv_web_address *to);
	/* Writes further content at the end of every page; may be NULL. */
	void (*also)(void *payload, struct vv_page *p);
	void *payload;
	const char *style, *script, *icon; /* addresses of the files, as links have them */
} vv_page_place;

/* A page that is being written. */
typedef struct vv_page {
	const vv_web_asked *asked;    /* the request */
	const vv_web_address *at;     /* the requested address */
	const vv_page_place *place;   /* NULL: the page is on a server */
	vv_html html;                 /* the HTML so far */
	vv_arena arena;               /* memory of returned texts */
	struct vv_page_piece *pieces; /* the pieces of vv_page_piece_new */
	const vv_web_desk *desk; /* the owner's changes, read by the bar; NULL: not shown here */
	uint64_t conflicts;      /* of the page of conflicts: their number at first */
	bool failed;             /* memory ran out */
	bool passing; /* the time limit was reached, or data is missing: a reload may show more */
	bool said_limit; /* the page has a note that its time limit was reached */
} vv_page;

/* Sets *p to an empty page for a request. Borrows asked, asked->address and place (NULL: the page
 * is on a server) until vv_page_clear. */
void vv_page_init(vv_page *p, const vv_web_asked *asked, const vv_page_place *place);
void vv_page_clear(vv_page *p);
VV_AUTO_CLEAR(vv_page, vv_page_clear)

/* The frame of a page. */
typedef struct vv_page_frame {
	const char *title, *description; /* for the HTML head */
	const char *heading;             /* NULL: the dataset's path */
	const char *dataset; /* the dataset's path; NULL: a page of the whole repository */
	bool file;           /* dataset is a file, not a table */
	bool wide;           /* the page uses the whole width */
	/* the shown version, to which the page's links lead; NULL: HEAD */
	const vv_web_commit *version;
} vv_page_frame;
/* Writes the page's head, its heading, the version, and links to the other views of the same
 * subject. */
void vv_page_begin(vv_page *p, const vv_page_frame *f);
/* Writes a note that the time limit of the page was reached. hint: may be NULL. */
void vv_page_note_limit(vv_page *p, const char *text, const char *hint);
/* Writes the foot, and appends the whole page to out. If the time limit was reached, and the page
 * has no note of it yet, writes one. VV_ENOMEM: memory ran out in this or an
 * earlier call. */
vv_status vv_page_end(vv_page *p, vv_buf *out, vv_error *err);
/* Returns true if the page is on a server, which can search, sort and find versions by name. False:
 * the page is a file in a folder. */
bool vv_page_is_served(const vv_page *p);

/* Returns formatted text. */
const char *vv_page_text(vv_page *p, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
/* Copies a text to the page's arena. */
#define vv_page_keep(p, text) vv_page_text(p, "%s", text)
#define vv_page_count(p, n) vv_page_keep(p, vv_text_count(n)) /* "1,204" */
#define vv_page_counted(p, n, one, many)                                                           \
	vv_page_keep(p, vv_text_counted(n, one, many))        /* "2 rows" */
#define vv_page_bytes(p, n) vv_page_keep(p, vv_text_bytes(n)) /* "3.1 MB" */
/* Returns an error's text as a sentence with a capital letter, such as "Row 3 ...". If the text
 * does not begin with a plain lower-case word, or begins with "varve", returns it unchanged. */
const char *vv_page_sentence(vv_page *p, const char *said);
/* Returns the sentence with the command that fetches older versions. Returns NULL for rows that have expired. */
const char *vv_page_gap_hint(vv_page *p, vv_gap gap);
/* Puts a note that the rows of these versions, "older versions", have expired, or that their data is missing, with that
 * hint. */
void vv_page_put_gap(vv_page *p, vv_gap gap, const char *versions);
/* Returns new, empty HTML, whose content can be inserted in a part (html.h). It is cleared with the
 * page. Never returns NULL. */
vv_html *vv_page_piece_new(vv_page *p);

/* ---- links. The functions return NULL if no such page exists (vv_page_place.link). */

/* Returns the link to an address. */
const char *vv_page_link(vv_page *p, const vv_web_address *to);

/* Returns the link to the page `place` of a version and a path, each of which may be NULL. */
const char *vv_page_to(vv_page *p, vv_web_place place, const char *rev, const char *path);
/* Returns the link to the comparison of the versions a and b of the table at path, or of all tables
 * if path is NULL. NULL: a or b is the empty version, or no such page exists. */
const char *vv_page_to_compare(vv_page *p, const vv_web_commit *a, const vv_web_commit *b,
			       const char *path);
/* Returns the link to the changes from `before` to c of the table at path, or of all tables if path
 * is NULL. If `before` is the empty version, returns the link to the content of c. */
const char *vv_page_to_commit(vv_page *p, const vv_web_commit *before, const vv_web_commit *c,
			      const char *path);
/* Returns the link to the row with this key, or, if key is NULL, with this number. */
const char *vv_page_to_row(vv_page *p, const vv_web_commit *c, const char *path, const char *key,
			   uint64_t number);
/* Returns the link to a column, or, if name is NULL, to all columns. */
const char *vv_page_to_column(vv_page *p, const vv_web_commit *c, const char *path,
			      const char *name);
/* Writes the link to older items, below a list. */
void vv_page_older(vv_page *p, const vv_web_address *to);
/* Writes a button with this text that links to the part of the list that begins at item `from`.
 * rel: "next", "prev" or NULL. */
void vv_page_put_from(vv_page *p, const vv_web_address *list, uint64_t from, const char *text,
		      const char *rel);
/* Returns the link to the bytes of the file at path; for a table of a document, of the document. */
const char *vv_page_to_raw(vv_page *p, const vv_web_commit *c, const char *path);

/* ---- words */

/* Returns the first line of the commit's message, or "(no message)". */
const char *vv_page_subject(const vv_web_commit *c);
const char *vv_page_day(vv_page *p, const vv_web_commit *c);    /* "3 Mar 2024" */
const char *vv_page_moment(vv_page *p, const vv_web_commit *c); /* "3 Mar 2024, 14:05" */
const char *vv_page_iso(vv_page *p, const vv_web_commit *c);    /* the time in ISO 8601 */
/* Writes the result of the check of a version into h, such as "Check: valid", with a link to the
 * findings. Writes nothing for the empty version and the work tree, or if no page has the
 * findings. */
void vv_page_put_verdict(vv_page *p, vv_html *h, const vv_web_commit *c);
/* Writes words such as "+35 -35 ~64 rows" into h, each number in the style of its kind of
 * change. */
void vv_page_put_change_words(vv_page *p, vv_html *h, const char *words);
vv_html *vv_page_change_words(vv_page *p, const char *words); /* as a piece */
/* How a kind of change is displayed. */
typedef struct vv_page_kind {
	/* a sign such as "+"; a class of the style sheet; a word such as "Added" */
	const char *sign, *style, *word;
} vv_page_kind;
/* The kinds added, removed, changed and moved, in the order of vv_row_kind. */
extern const vv_page_kind vv_page_kinds[4];
/* Writes an item of a list for c, a change between the versions a and b: its path and kind. */
void vv_page_put_change(vv_page *p, const vv_web_commit *a, const vv_web_commit *b,
			const vv_web_change *c);
/* Returns the length of the run of similar commits at the beginning of e[0 .. count): they have the
 * same author, the same subject apart from digits, and changed the same tables. Returns 1 if the run
 * is shorter than `least`. */
size_t vv_page_alike(const vv_web_log_entry *e, size_t count, size_t least);
/* Returns a piece with the changes of `count` similar commits, path by path. */
vv_html *vv_page_alike_words(vv_page *p, const vv_web_log_entry *e, size_t count);
/* Writes a line for each table: its rows, its row counts over time, and its last change, if log has
 * that commit. log may be NULL. */
void vv_page_put_tables(vv_page *p, const vv_web_datasets *all, const vv_web_log *log);

/* Writes the item of p's repository for the list of repositories into `list`. Without a visit, the
 * item has only the name. */
void vv_page_put_repository(vv_page *p, vv_html *list);

/* Writes a card about the conflicts in the work tree, with a link, for the repository's owner.
 * Writes nothing if the work tree has no conflicts. */
vv_status vv_page_put_conflicts_card(vv_page *p, vv_error *err);

/* Writes the bar about the owner's own changes, with a link to the page R/desk. Writes nothing on
 * pages that cannot change the work tree. */
void vv_page_put_desk_bar(vv_page *p);
/* Writes a line about the result of the button that led to this address (the parameter `done`), with
 * the versions that were sent or fetched. Writes nothing about versions if the repository's state
 * contradicts it, and nothing on pages without buttons. */
void vv_page_put_done(vv_page *p);
/* Writes a note if another program has the work tree's file open. */
void vv_page_put_opened(vv_page *p, const char *path);
/* Writes a note that a button did not work. */
void vv_page_put_problem(vv_page *p, const vv_error *why);
/* Returns true if the bar found that the file is not as in the newest version. */
bool vv_page_is_changed(const vv_page *p, const char *path);
/* Is this the newest version? */
bool vv_page_is_newest(vv_page *p, const vv_web_commit *c);
/* The table of the page's version; in place of the newest version, the owner's changed file. */
const char *vv_page_to_file(vv_page *p, const char *path);
/* Returns true if the bar found that the owner has changed this file of the next version, which is
 * not in conflict. */
bool vv_page_is_edited(const vv_page *p, const char *path);
/* Returns a sentence such as "You changed prices.csv: 3 cells changed", or NULL if no file of the
 * next version is changed. */
const char *vv_page_changed_words(vv_page *p, const vv_web_desk *d);
/* Returns words about a version that was sent for a review; NULL: it was not. */
const char *vv_page_waits(const vv_page *p, const vv_web_commit *c);

/* ---- files of the version */

/* Returns the text file at path in the page's version (asked->commit), or NULL if no such file
 * exists, or if it is not text. */
const vv_web_table *vv_page_read_text(vv_page *p, const char *path);
/* Returns the parsed datapackage.json of the page's version. NULL: no such file, or invalid
 * JSON. */
const vv_json *vv_page_package(vv_page *p);

/* ---- values */

/* Writes a cell into h. */
void vv_page_put_value(vv_page *p, vv_html *h, const vv_web_cell *c);
vv_html *vv_page_value(vv_page *p, const vv_web_cell *c); /* as a piece */
/* Writes an old cell x and a new cell y into h. A cell is NULL if its version lacks the column. */
void vv_page_put_old_new(vv_page *p, vv_html *h, const vv_web_cell *x, const vv_web_cell *y,
			 vv_cell_change change);
#define VV_PAGE_COLUMNS 60u /* default for the number of columns shown of a table */
/* Returns the default number of rows of a page, for a table with this number of columns. */
size_t vv_page_rows_at_once(size_t columns);
/* Writes a text file, line by line. */
void vv_page_put_lines(vv_page *p, const char *text, size_t len);
/* Returns true if the cell must not be wrapped, because it looks like a number, a date or a
 * time. */
bool vv_page_is_compact(const vv_web_cell *c);

/* ---- the pages */

/* Writes the page at the address p->at with one of the functions below, and sets the type and body
 * of *reply. VV_ENOTFOUND: no such page. Each of these functions writes one kind of page
 * (address.h) for the address p->at, and appends it to out. */
vv_status vv_page_make(vv_page *p, vv_web_reply *reply, vv_error *err);

/* The page R/. */
vv_status vv_page_overview(vv_page *p, vv_buf *out, vv_error *err);
/* The page R/history: the history of the table at the path of p->at; or, without a path, R/commits:
 * the history of all tables. */
vv_status vv_page_history(vv_page *p, vv_buf *out, vv_error *err);
/* The page R/tree: the files of a version. */
vv_status vv_page_files(vv_page *p, vv_buf *out, vv_error *err);
/* The page R/search. */
vv_status vv_page_search(vv_page *p, vv_buf *out, vv_error *err);
/* The page R/sql. */
vv_status vv_page_sql(vv_page *p, vv_buf *out, vv_error *err);
/* Sets *program to the path of varve-sql, which the caller frees with vv_free. Returns false if the
 * visitor is not the owner, or if varve-sql is not installed. */
bool vv_page_finds_sql(const vv_page *p, char **program);
/* The feed R/commits.atom, in XML. */
vv_status vv_page_feed(vv_page *p, vv_buf *out, vv_error *err);
/* The page R/compare. */
vv_status vv_page_compare(vv_page *p, vv_buf *out, vv_error *err);
/* The page R/table: the rows of a table, or another file. */
vv_status vv_page_table(vv_page *p, vv_buf *out, vv_error *err);
/* The page R/table with a row. */
vv_status vv_page_row(vv_page *p, vv_buf *out, vv_error *err);
/* The page R/columns. */
vv_status vv_page_column(vv_page *p, vv_buf *out, vv_error *err);
/* The page R/check. */
vv_status vv_page_check(vv_page *p, vv_buf *out, vv_error *err);
/* The page R/conflicts. */
vv_status vv_page_conflicts(vv_page *p, vv_buf *out, vv_error *err);
/* The page of a server that has no repository yet. verb: the button that failed, and `why`, its error;
 * both may be NULL. */
vv_status vv_page_begin_here(vv_page *p, const vv_web_begin *b, const vv_web_verb *verb,
			     const vv_error *why, vv_buf *out, vv_error *err);
/* The page R/desk: changes that are not saved; with a path, the form for a new row. */
vv_status vv_page_desk(vv_page *p, vv_buf *out, vv_error *err);
/* Writes the page for the error `why`. status: the HTTP status. */
vv_status vv_page_trouble(vv_page *p, unsigned status, const vv_error *why, vv_buf *out,
			  vv_error *err);

#endif
