/*
 * export: writes pages as files into a folder, for a web space, a CI artifact or an e-mail.
 *
 * The pages show a comparison, a version, or all versions, with the first rows of each table. The
 * files of the tables are written, too. The pages need no server and no network. Their addresses
 * relative to the folder are like those on a server. Pages of versions have a description for search
 * engines and programs (catalogue.h), which is also the file croissant.json.
 */
#ifndef VV_CMD_WEB_PAGES_EXPORT_H
#define VV_CMD_WEB_PAGES_EXPORT_H

#include "cmd/web/model/visit.h"

#define VV_EXPORT_BYTES (20u << 20) /* the default limit for the size of an export */
#define VV_EXPORT_ROWS 10000u       /* maximum number of rows of a table on its page */

/* The options of an export. */
typedef struct vv_export_options {
	const char *what; /* the subject: "A..B", "A...B" or a revision; NULL: all versions */
	/* the folder to write to; it must not exist, be empty, or contain an earlier export */
	const char *folder;
	const char *repository; /* the repository's name, for titles */
	uint64_t bytes;         /* the maximum size of the export in bytes; 0: VV_EXPORT_BYTES */
	/* the absolute address that the folder will have, ending in '/', for sitemap.xml and the
	 * description of the data; NULL: not known */
	const char *site;
} vv_export_options;

/* The result of an export. */
typedef struct vv_exported {
	size_t pages,   /* the number of HTML pages */
		files;  /* the number of data files */
	uint64_t bytes; /* the size of the export */
	/* the number of pages and files that were left out because of the size limit */
	size_t left_out;
} vv_exported;

/* Writes an export, and sets *out to its counts. The visit should have no time limit; its answers
 * are freed. VV_EREFUSED, VV_EEXISTS: the folder has files that no export wrote. VV_ENOTFOUND: no
 * such revision. VV_EMISSING: the repository lacks data; the hint has the command that fetches the
 * data. If the call fails before all pages are complete, the folder is unchanged; if it fails
 * later, the folder has files of both exports, and all links work. */
vv_status vv_page_export(vv_web_visit *v, const vv_export_options *o, vv_exported *out,
			 vv_error *err);

#endif
