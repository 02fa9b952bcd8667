/*
 * address: parses and writes the addresses of the pages and of the API.
 *
 * NAME is the name of a repository. If several repositories are served, R is "/NAME". If one is
 * served, R is "", and "/NAME" also works ("/-" if NAME is one of the words below).
 *
 *   R/                               the overview
 *   R/commits[?rev=REV]              commits, with counts of changed rows
 *   R/commits.atom                   the newest commits as an Atom feed
 *   R/search[?q=WORDS][&rev=REV]     tables and columns by name
 *   R/sql[?q=SQL]                    the rows of a query; only for the owner
 *   R/tree/REV/[FOLDER/]             the files of a version
 *   R/table/REV/PATH                 the rows of a table, or another file
 *   R/table/REV/PATH?key=A,B         a row and its history; ?row=NUMBER, from 0, if the table has
 *                                    no key; with &cell=COLUMN a cell of the row. The fragment
 *                                    #key=A,B&cell=COLUMN shows the same beside the rows
 *   R/columns/REV/PATH[?name=N]      all columns; or one column, its values and its history
 *   R/history/PATH[?rev=REV]         versions of a table
 *   R/compare/A..B[/PATH]            compares version B with A; A...B: compares B with the merge
 *                                    base of A and B; B alone: compares B with its first parent
 *   R/check/REV                      verdict and findings of `varve check`
 *   R/conflicts[/PATH][?of=NUMBER]   conflicts of the merge in progress, with their number at first;
 *                                    only for the owner
 *   R/desk[/PATH]                    changes that are not saved, and the exchange with the remote;
 *                                    with PATH a form for a new row, ?like=KEY: filled from a row;
 *                                    with form=login a form for the remote's name and token;
 *                                    done=WORD: with a line about the result of a button, of the
 *                                    versions from since and after;
 *                                    only for the owner
 *   R/raw/REV/PATH                   the bytes of a file; served by transport/server
 *   R/assets/NAME                    style sheet, script and images
 *   R/api/v0/...                     JSON: changes, history, datasets/REV, data, row, column,
 *                                    compare, conflicts, refs, values/REV/PATH?name=N
 *
 * REV is one part of the path: a '/' in it is written as %2F. If REV (or A or B) in the path is not
 * a full commit id, a page redirects to the address with the full id, so that copied links name
 * commits. The API, and addresses of rows as a file, answer without a redirect. The older addresses
 * R/data, R/row and R/column redirect, too, and so do R/table and R/history without a path.
 *
 * Parameters that pages and rows as a file may leave out:
 *   rows              q (search: words, each in some cell); col, op, val (filters: the i-th col, op and val are one filter; an empty
 *                     col means no filter); where (a condition); sort; dir=desc; show (a column,
 *                     may be repeated); from; n; jump (a key)
 *   comparisons       q; in (a column); change (a group of that column's changes); key (columns A,B
 *                     that replace the key); hide=added|removed|changed (may be repeated); from; n
 *   commits, history  rev; since (a day or another revision); after (a commit id at which the
 *                     list continues); n
 *   rows as a file    format=csv|csv-bom|json|ndjson|xlsx|parquet
 * Forms send rev=B to replace REV in the path, and R/compare?a=A&b=B&path=P. Both redirect.
 *
 * To make a link, a page copies the requested address, changes members, and writes the copy:
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

/* The page that an address names, or the part of the API. */
typedef enum vv_web_place {
	VV_WEB_AT_OVERVIEW, /* API: changes */
	VV_WEB_AT_COMMITS,  /* API: history without a path */
	VV_WEB_AT_FEED,
	VV_WEB_AT_SEARCH,
	VV_WEB_AT_SQL,
	VV_WEB_AT_TREE, /* API: datasets */
	VV_WEB_AT_TABLE,
	VV_WEB_AT_ROW,
	VV_WEB_AT_COLUMNS,
	VV_WEB_AT_HISTORY,
	VV_WEB_AT_COMPARE,
	VV_WEB_AT_CHECK,
	VV_WEB_AT_CONFLICTS,
	VV_WEB_AT_DESK,
	VV_WEB_AT_ASSET,
	VV_WEB_AT_RAW, /* only written: the server handles requests for it */
	/* only in the API */
	VV_WEB_AT_REFS,
	VV_WEB_AT_VALUES
} vv_web_place;

/* A parsed address. Strings are decoded, and are in the arena passed to vv_web_address_read, except
 * base. NULL: the address does not have this part. */
typedef struct vv_web_address {
	const char *base; /* R, percent-encoded: "" or "/NAME" */
	vv_web_place place;
	bool api; /* the address is of the API */
	/* an older address, or that of a form, was requested: redirect to this one */
	bool moved;
	const char *rev;       /* REV, "HEAD" if the path lacks it; in a comparison, B */
	const char *other_rev; /* in a comparison, A */
	bool from_base;        /* true: A...B; false: A..B */
	const char *path; /* path of the dataset; for a tree the folder, without a '/' at its end */
	const char *name; /* name of a column or an asset */
	const char *key;  /* key of a row */
	const char *cell; /* a column of that row */
	bool has_row;     /* row is set */
	uint64_t row;     /* number of a row, from 0 */
	bool ascending;   /* dir=asc is given; ascending is also the default */
	vv_web_rows_query rows;       /* the parameters of rows */
	vv_web_compare_query compare; /* the parameters of comparisons */
	const char *since, *after;    /* the parameters with these names */
	bool login;                   /* the desk: with a form for the login at the remote */
	const char *done;             /* the button that led here, such as "got" (pages/done.c) */
	uint64_t of;      /* conflicts: their number when the first was decided; 0: none was */
	size_t limit;     /* n: maximum length of a list; 0: the default of the place */
	bool has_form;    /* form is set */
	vv_web_form form; /* the format for rows as a file */
	/* the parameter `format`, even if it is not the name of a vv_web_form */
	const char *format;
} vv_web_address;

/* Sets *out to a requested address. base: R, borrowed. below: the address after R, still
 * percent-encoded, without the query, such as "", "/" or "/table/main/a.csv". parameters: the count
 * parameters of the query, decoded. VV_ENOTFOUND: no page and no part of the API has this address.
 * VV_EUSAGE: a part of the address is invalid; or, in the API and for rows as a file, a parameter
 * is unknown. Pages ignore unknown parameters. */
vv_status vv_web_address_read(vv_web_address *out, vv_arena *arena, const char *base,
			      const char *below, const vv_http_parameter *parameters, size_t count,
			      vv_error *err);

/* Appends the address a: path and query, without parameters that have their default. The result
 * consists of unreserved characters, '/', '?', '&', '=' and %XX. Only '&' must be escaped in an
 * HTML attribute. */
void vv_web_address_put(vv_buf *out, const vv_web_address *a);

/* Receives a parameter, decoded. */
typedef void (*vv_web_parameter_fn)(void *payload, const char *name, const char *value);
/* Calls fn for each parameter that vv_web_address_put writes. */
void vv_web_address_each(const vv_web_address *a, vv_web_parameter_fn fn, void *payload);

/* Returns true if a page's address can begin with R/ and this word, such as "table". If one
 * repository is served and has this name, R is "/-". */
bool vv_web_is_place(const char *name);

#endif
