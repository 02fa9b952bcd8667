/*
 * export_folder: a folder with index.html and, beside it, one folder with all pages that it leads to.
 *
 * A new export is written into a folder of pages of its own; then index.html is replaced, in one step; then what
 * the export before wrote is taken away. So a kill, or a failure, leaves the old pages or the new ones. The file
 * varve-export lists what was written: nothing else is ever removed.
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

/* folder: is made if it is not there. name: what the folder of pages should be called; where there is one, a number
 * is added. VV_EEXISTS: the folder has files in it, and none of an export. */
vv_status vv_export_folder_open(vv_export_folder **out, const char *folder, const char *name,
				vv_error *err);

/* Of the pages: relative to the folder. Borrowed. */
const char *vv_export_folder_pages(const vv_export_folder *f);
/* Bytes of all that is in the new export so far. */
uint64_t vv_export_folder_bytes(const vv_export_folder *f);

/* A file of the folder of pages: name may have one folder in it ("files/1-prices.csv"). One that was written before
 * is replaced. */
vv_status vv_export_folder_write(vv_export_folder *f, const char *name, const void *bytes,
				 size_t len, vv_error *err);

/* Durably: index.html, the list, and nothing of the export before. */
vv_status vv_export_folder_finish(vv_export_folder *f, const void *index, size_t len,
				  vv_error *err);

/* Unless it was finished, takes away all that was written. Accepts NULL. */
void vv_export_folder_close(vv_export_folder *f);
VV_AUTO_FREE(vv_export_folder, vv_export_folder_close)

#endif
