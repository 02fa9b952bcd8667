/*
 * export_folder: a folder with index.html and the pages that it leads to.
 *
 * A new file is written at once, since no older page links to it. A page that is there already gets its new
 * bytes at the end, by a rename; then index.html is replaced; then what the export before wrote, and this one did not, is
 * taken away. So after a kill, or a failure, every link leads somewhere. The file varve-export lists what was
 * written: nothing else is ever replaced or removed.
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

/* folder: is made if it is not there. VV_EEXISTS: it has files in it, and none of an export. */
vv_status vv_export_folder_open(vv_export_folder **out, const char *folder, vv_error *err);

/* Bytes of all that is in the new export so far. */
uint64_t vv_export_folder_bytes(const vv_export_folder *f);

/* name: relative to the folder, such as "table/0a1b/prices.csv/index.html". One that this export wrote is
 * replaced. VV_EEXISTS: another file of that name is there, which no export wrote. */
vv_status vv_export_folder_write(vv_export_folder *f, const char *name, const void *bytes,
				 size_t len, vv_error *err);

/* Durably: index.html, the list, and nothing of the export before. */
vv_status vv_export_folder_finish(vv_export_folder *f, const void *index, size_t len,
				  vv_error *err);

/* Unless it was finished, takes away all that was written. Accepts NULL. */
void vv_export_folder_close(vv_export_folder *f);
VV_AUTO_FREE(vv_export_folder, vv_export_folder_close)

#endif
