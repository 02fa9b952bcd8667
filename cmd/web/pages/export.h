/*
 * export: writes pages as files into a folder, for a web space, a CI artifact or an e-mail.
 *
 * The pages show a comparison, a version, or all versions, with the first rows of each table; the
 * files of the tables are written, too. The pages need no server and no network, and have the same
 * addresses, relative to the folder, as on a server.
 */
#ifndef VV_CMD_WEB_PAGES_EXPORT_H
#define VV_CMD_WEB_PAGES_EXPORT_H

#include "cmd/web/model/visit.h"

#define VV_EXPORT_BYTES (20u << 20) /* the default limit for the size of an export */
#define VV_EXPORT_ROWS 10000u       /* maximum number of rows of a table on its page */

/* The options of an export. */
typedef struct vv_export_options {
	const char *what; /* the subject: "A..B", "A...B" or a revision; NULL: all versions */
	/* the folder to write to, which is made if it does not exist; it must be empty, or contain an earlier
	 * export */
	const char *folder;
	const char *repository; /* the repository's name, for titles */
	uint64_t bytes;         /* the greatest size of the export; 0: VV_EXPORT_BYTES */
} vv_export_options;

/* The result of an export. */
typedef struct vv_exported {
	size_t pages,   /* the number of HTML pages */
		files;  /* the number of data files */
	uint64_t bytes; /* the size of the export */
	size_t left_out; /* the number of pages and files that were left out because of the size limit */
} vv_exported;

/* Writes an export, and sets *out to its counts. The visit should have no time limit. VV_EREFUSED, VV_EEXISTS: the
 * folder has files that no export wrote. VV_ENOTFOUND: no such revision. VV_EMISSING: the repository lacks data; the
 * hint has the command that fetches the data. If the call fails, the folder is unchanged. */
vv_status vv_page_export(vv_web_visit *v, const vv_export_options *o, vv_exported *out,
			 vv_error *err);

#endif
