/*
 * address: what an address of the pages and of the API asks for, read, and written for links.
 *
 * R is "/NAME", or "" where a single repository is served (then "/NAME" works as well). Below it:
 *
 *   R/                               what changed
 *   R/compare/A...B[/PATH]           two versions: B against where it parted from A; with A..B, against A
 *   R/data/REV[/PATH]                a dataset; without PATH, the files of a version
 *   R/row/REV/PATH?key=A,B           a row's life (or ?row=NUMBER, 0-based, in a table without a key)
 *   R/history[/PATH][?rev=REV]       commits, in words of rows
 *   R/column/REV/PATH?name=N         a column now and over versions
 *   R/conflicts[/PATH]               of the merge under way, for the owner alone
 *   R/assets/NAME                    style, script, pictures
 *   R/api/v0/...                     the same places as JSON, and: refs, datasets/REV,
 *                                    values/REV/PATH?name=N; what changed is R/api/v0/changes
 *
 * REV is one part of the path: a '/' in it is written as %2F (data/feature/x/FILE is understood where no
 * shorter REV fits). Pages whose REV is no whole commit id redirect to those that have it (and so do
 * compare and row), so that a copied link names commits; the API answers at once.
 *
 * Parameters, all optional. Rows: q (search), col, op, val (a filter: the i-th of each belong together;
 * an empty col is none), where (a condition), sort, dir=desc, show (columns, repeated), from, n, jump (a key). Comparisons:
 * q, in (a column), key (columns A,B in place of the key), hide=added|removed|changed (repeated), from, n. What changed, history: rev, since (a
 * day or a commit id), after (a commit id to go on from), n. Compare also from a form: R/compare?a=A&b=B&path=P,
 * which redirects. Rows as a file: format=csv|json|ndjson.
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
	VV_WEB_AT_CHANGES,
	VV_WEB_AT_COMPARE,
	VV_WEB_AT_DATA,
	VV_WEB_AT_ROW,
	VV_WEB_AT_HISTORY,
	VV_WEB_AT_COLUMN,
	VV_WEB_AT_CONFLICTS,
	VV_WEB_AT_ASSET,
	/* of the API alone */
	VV_WEB_AT_REFS,
	VV_WEB_AT_DATASETS,
	VV_WEB_AT_VALUES
} vv_web_place;

/* Strings are decoded, live in the arena that it was read into, and are NULL where nothing was said. */
typedef struct vv_web_address {
	const char *base; /* R, encoded: "" or "/NAME" */
	vv_web_place place;
	bool api;
	const char *rev;       /* of compare: B */
	const char *other_rev; /* of compare: A */
	bool from_base;        /* A...B */
	const char *path;      /* of the dataset */
	const char *name;      /* of a column; of an asset */
	const char *key;       /* of a row */
	bool has_row;
	uint64_t row;
	vv_web_rows_query rows;
	vv_web_compare_query compare;
	const char *since, *after;
	size_t limit; /* n of lists; 0: the place's own */
	bool has_form;
	vv_web_form form;   /* rows as a file */
	const char *format; /* as written, for what has_form does not know */
} vv_web_address;

/* below: what follows R, still encoded, without the query ("", "/", "/data/main/a.csv").
 * VV_ENOTFOUND: no place of ours; VV_EUSAGE: one with nonsense in it. base is borrowed. */
vv_status vv_web_address_read(vv_web_address *out, vv_arena *arena, const char *base,
			      const char *below, const vv_http_parameter *parameters, size_t count,
			      vv_error *err);

/* Appends path and query. Only unreserved characters, '/', '?', '&', '=' and %XX are in it, so that it may
 * stand in an attribute of HTML once '&' is escaped. What is as it would be anyway is left out. */
void vv_web_address_put(vv_buf *out, const vv_web_address *a);

/* Zeroed but for base and place. */
vv_web_address vv_web_address_of(const vv_web_address *asked, vv_web_place place);

#endif
