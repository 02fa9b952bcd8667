/*
 * export_folder: a folder with index.html and the pages that it leads to.
 *
 * New files wait in a folder of their own until all are there. Then those that no older page links to get their places, then those
 * that replace others, index.html last; then what the export before wrote, and this one did not, is taken away. So after a
 * kill, or a failure, every link leads somewhere. The file varve-export (lib/publish/folder_state.h) lists what
 * was written: nothing else is ever replaced or removed.
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

/* name: relative to the folder, such as "table/0a1b/prices.csv/index.html". One that this export wrote is
 * replaced. VV_EEXISTS: another file of that name is there, which no export wrote. */
vv_status vv_export_folder_write(vv_export_folder *f, const char *name, const void *bytes,
				 size_t len, vv_error *err);

/* Durably: index.html, the list, and nothing of the export before. */
vv_status vv_export_folder_finish(vv_export_folder *f, const void *index, size_t len,
				  vv_error *err);

/* Unless it was finished, the folder is as it was. Accepts NULL. */
void vv_export_folder_close(vv_export_folder *f);
VV_AUTO_FREE(vv_export_folder, vv_export_folder_close)

#endif
