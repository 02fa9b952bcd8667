/*
 * address: addresses of the pages and of the API, parsed, and written for links.
 *
 * R is "/NAME", or "" if a single repository is served ("/NAME" works as well; "/-" if its name is one of
 * the words below). Below it:
 *
 *   R/                               the overview
 *   R/commits[?rev=REV]              commits, in words of rows; R/commits.atom: the newest as an Atom feed
 *   R/search[?q=WORDS][&rev=REV]     tables and columns by name
 *   R/sql[?q=SQL]                    its rows, for the owner alone
 *   R/tree/REV/[FOLDER/]             the files of a version
 *   R/table/REV/PATH                 rows of a table, or another file
 *   R/table/REV/PATH?key=A,B         a row and its life (?row=NUMBER, 0-based, without a key), &cell=COLUMN: a cell;
 *                                    the fragment #key=A,B&cell=COLUMN opens the same beside the rows
 *   R/columns/REV/PATH[?name=N]      all columns; one, now and over versions
 *   R/history/PATH[?rev=REV]         versions of a table
 *   R/compare/A..B[/PATH]            two versions: B against A; with A...B, against where it parted from A
 *   R/check/REV                      verdict and findings of `varve check`
 *   R/conflicts[/PATH]               of the merge under way, for the owner alone
 *   R/raw/REV/PATH                   its bytes, which the server itself gives (transport/server)
 *   R/assets/NAME                    style, script, pictures
 *   R/api/v0/...                     as JSON: changes, history, datasets/REV, data, row, column, compare, conflicts;
 *                                    refs, values/REV/PATH?name=N
 *
 * REV is one part of the path: a '/' in it is written as %2F. Pages whose REV is not a whole commit id redirect to those that have it (and so does
 * compare), so that a copied link names commits; the API answers at once. R/data, R/row, R/column and R/history
 * without a path, as they were called before, redirect too.
 *
 * Parameters, all optional. Rows: q (search), col, op, val (a filter: the i-th of each belong together;
 * an empty col is none), where (a condition), sort, dir=desc, show (columns, repeated), from, n, jump (a key). Comparisons:
 * q, in (a column), change (one of its groups), key (columns A,B in place of the key), hide=added|removed|changed (repeated), from, n. Commits, history:
 * rev, since (a day or a commit id), after (a commit id to go on from), n. From forms: rev=B in place of the path's REV;
 * R/compare?a=A&b=B&path=P, which redirects. Rows as a file: format=csv|csv-bom|json|ndjson|xlsx.
 *
 * A page makes a link by copying the address that it was asked by, changing members, and writing it:
 *
 *   vv_web_address to = *asked;
 *   to.rows.from = page.next;
 *   vv_web_address_put(&buf, &to);
 */
#ifndef VV_CMD_WEB_ADDRESS_H
#define VV_CMD_WEB_ADDRESS_H

#include "base/arena.h"
#include "base/buf.h"
#include "cmd/web/model/compare.h"
#include "cmd/web/model/rows.h"
#include "transport/server/handlers.h"

typedef enum vv_web_place {
	VV_WEB_AT_OVERVIEW, /* of the API: changes */
	VV_WEB_AT_COMMITS,  /* of the API: history without a path */
	VV_WEB_AT_FEED,
	VV_WEB_AT_SEARCH,
	VV_WEB_AT_SQL,
	VV_WEB_AT_TREE, /* of the API: datasets */
	VV_WEB_AT_TABLE,
	VV_WEB_AT_ROW,
	VV_WEB_AT_COLUMNS,
	VV_WEB_AT_HISTORY,
	VV_WEB_AT_COMPARE,
	VV_WEB_AT_CHECK,
	VV_WEB_AT_CONFLICTS,
	VV_WEB_AT_ASSET,
	VV_WEB_AT_RAW, /* written, never read: the server has it */
	/* of the API alone */
	VV_WEB_AT_REFS,
	VV_WEB_AT_VALUES
} vv_web_place;

/* Strings are decoded, are in the arena of the call, and are NULL if missing. */
typedef struct vv_web_address {
	const char *base; /* R, encoded: "" or "/NAME" */
	vv_web_place place;
	bool api;
	bool moved;            /* requested by an older address, or by a form's */
	const char *rev;       /* of compare: B */
	const char *other_rev; /* of compare: A */
	bool from_base;        /* A...B */
	const char *path;      /* of the dataset; of a tree its folder, without '/' at its end */
	const char *name;      /* of a column; of an asset */
	const char *key;       /* of a row */
	const char *cell;      /* a column of that row */
	bool has_row;
	uint64_t row;
	bool ascending; /* explicit; also the default */
	vv_web_rows_query rows;
	vv_web_compare_query compare;
	const char *since, *after;
	size_t limit; /* n of lists; 0: the place's own */
	bool has_form;
	vv_web_form form;   /* rows as a file */
	const char *format; /* as written, for formats that has_form lacks */
} vv_web_address;

/* below: what follows R, still encoded, without the query ("", "/", "/data/main/a.csv"). VV_ENOTFOUND: not an address
 * of a page or of the API; VV_EUSAGE: such an address with an invalid part. base is borrowed. */
vv_status vv_web_address_read(vv_web_address *out, vv_arena *arena, const char *base,
			      const char *below, const vv_http_parameter *parameters, size_t count,
			      vv_error *err);

/* Appends path and query. The address has only unreserved characters, '/', '?', '&', '=' and %XX, so that it is valid
 * in an attribute of HTML once '&' is escaped. Defaults are left out. */
void vv_web_address_put(vv_buf *out, const vv_web_address *a);

/* Calls fn for each parameter that vv_web_address_put writes. */
typedef void (*vv_web_parameter_fn)(void *payload, const char *name, const char *value);
void vv_web_address_each(const vv_web_address *a, vv_web_parameter_fn fn, void *payload);

/* Is it a word that a page's address begins with? A repository of that name is served below "/-". */
bool vv_web_is_place(const char *name);

/* An address with asked's base and this place; all other members are zero. */
vv_web_address vv_web_address_of(const vv_web_address *asked, vv_web_place place);

#endif
