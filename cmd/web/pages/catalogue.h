/*
 * catalogue: describes the tables of a version for search engines and other programs.
 *
 * The description is a Croissant document (https://docs.mlcommons.org/croissant/docs/croissant-spec.html),
 * version 1.0: JSON-LD with a Dataset of schema.org, which search engines read, too. It names the
 * version, each table with its rows and columns, and the files with their SHA-256.
 */
#ifndef VV_CMD_WEB_PAGES_CATALOGUE_H
#define VV_CMD_WEB_PAGES_CATALOGUE_H

#include "base/hash.h"
#include "cmd/web/pages/page.h"

/* A file that is beside the pages. */
typedef struct vv_catalogue_file {
	const char *at; /* its address: relative to the first page, or absolute */
	char sha256[2 * VV_SHA256_LEN + 1]; /* in hexadecimal digits */
	uint64_t bytes;
} vv_catalogue_file;

/* Where the pages and files are. */
typedef struct vv_catalogue_places {
	/* Sets *out to the file of this version. Returns false if it is not beside the pages. */
	bool (*file)(void *payload, const char *path, vv_catalogue_file *out);
	void *payload;
	const char *site; /* the absolute address of the first page's folder; NULL: not known */
} vv_catalogue_places;

/* Appends the description of p's version, asked->commit, to out. A file that is not beside the pages
 * is described as a part of the data set, without an address. Types of columns are described only
 * where readers of CSV read the file without options. VV_ENOMEM; errors of vv_web_datasets_read. */
vv_status vv_catalogue_put(vv_buf *out, vv_page *p, const vv_catalogue_places *places,
			   vv_error *err);

#endif
