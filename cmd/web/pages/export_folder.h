/*
 * export_folder: a folder with index.html and the pages linked from it.
 *
 * New files are in a folder of their own until all are complete. Then files that no older page links to are moved, then files
 * that replace others, index.html last; then files of the previous export that this one did not write are removed. So after a
 * kill, or a failure, every link works. The file varve-export (lib/publish/folder_state.h) lists the written files: other files
 * are never replaced or removed.
 *
 * A correct caller: vv_export_folder_open; vv_export_folder_write for each page; vv_export_folder_finish;
 * vv_export_folder_close in any case.
 */
#ifndef VV_CMD_WEB_PAGES_EXPORT_FOLDER_H
#define VV_CMD_WEB_PAGES_EXPORT_FOLDER_H

#include <stddef.h>
#include <stdint.h>

#include "base/auto.h"
#include "base/error.h"

typedef struct vv_export_folder vv_export_folder;

/* folder: is made if it is not there. VV_EREFUSED: it has files in it, and none of an export. */
vv_status vv_export_folder_open(vv_export_folder **out, const char *folder, vv_error *err);

/* Bytes of all that is in the new export so far, with a file of that name that is still empty. */
uint64_t vv_export_folder_bytes(const vv_export_folder *f, const char *name);

/* name: relative to the folder, such as "table/0a1b/prices.csv/index.html". A file of this export is
 * replaced. VV_EEXISTS: another file has this name, which is not from an export. */
vv_status vv_export_folder_write(vv_export_folder *f, const char *name, const void *bytes,
				 size_t len, vv_error *err);

/* Durably: index.html, the list, and nothing of the export before. */
vv_status vv_export_folder_finish(vv_export_folder *f, const void *index, size_t len,
				  vv_error *err);

/* If it was not finished, the folder is unchanged. Accepts NULL. */
void vv_export_folder_close(vv_export_folder *f);
VV_AUTO_FREE(vv_export_folder, vv_export_folder_close)

#endif
