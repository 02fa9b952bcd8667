/*
 * export: pages as files in a folder, for a web space, an artifact or an e-mail: a comparison, a
 * version, or all versions; the first rows of each table, the files. They need no server and no network, and have the
 * addresses that they have on a server.
 */
#ifndef VV_CMD_WEB_PAGES_EXPORT_H
#define VV_CMD_WEB_PAGES_EXPORT_H

#include "cmd/web/model/visit.h"

#define VV_EXPORT_BYTES (20u << 20)
#define VV_EXPORT_ROWS 10000u

typedef struct vv_export_options {
	const char *what;       /* "A..B", "A...B", a revision; NULL: all versions */
	const char *folder;     /* is made; must be empty, or contain an earlier export */
	const char *repository; /* name, for titles */
	uint64_t bytes;         /* at most; 0: VV_EXPORT_BYTES */
} vv_export_options;

typedef struct vv_exported {
	size_t pages, files; /* of HTML; of data */
	uint64_t bytes;
	size_t left_out; /* pages and files left out for lack of space */
} vv_exported;

/* The visit's time should be unlimited. VV_EEXISTS: the folder has other files in it. VV_ENOTFOUND: a
 * revision. VV_EMISSING: data is missing; the hint has the command. On failure the folder is unchanged. */
vv_status vv_page_export(vv_web_visit *v, const vv_export_options *o, vv_exported *out,
			 vv_error *err);

#endif
