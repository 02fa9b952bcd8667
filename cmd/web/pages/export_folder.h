/*
 * export_folder: writes a folder with index.html and the pages to which it links, and replaces an
 * earlier export in the folder.
 *
 * New files are written to a temporary folder. When all of them are complete, they are moved into
 * the folder: first the files with new names, then the files that replace existing files, with
 * index.html last. Then the files of the previous export that the new export does not have are
 * removed. So every link works even if the process is killed, or a move fails. The file
 * varve-export (lib/publish/folder_state.h) lists the files that exports wrote; other files are
 * never replaced or removed.
 *
 * A correct caller: vv_export_folder_open; vv_export_folder_write for each page;
 * vv_export_folder_finish; vv_export_folder_close in any case.
 */
#ifndef VV_CMD_WEB_PAGES_EXPORT_FOLDER_H
#define VV_CMD_WEB_PAGES_EXPORT_FOLDER_H

#include <stddef.h>
#include <stdint.h>

#include "base/auto.h"
#include "base/error.h"

/* An export that is being written. */
typedef struct vv_export_folder vv_export_folder;

/* Begins an export to `folder`, which is created if it does not exist, and sets *out to it.
 * VV_EREFUSED: the folder has files, but no export. */
vv_status vv_export_folder_open(vv_export_folder **out, const char *folder, vv_error *err);

/* Returns the size in bytes, including the list of files, that the export would have with one more,
 * empty file of this name. */
uint64_t vv_export_folder_bytes(const vv_export_folder *f, const char *name);

/* Writes len bytes as the file `name` of the export. name: the path relative to the folder, such as
 * "table/0a1b/prices.csv/index.html". If this export already has a file with this name, the file is
 * replaced. VV_EEXISTS: the folder has a file with this name that no export wrote. */
vv_status vv_export_folder_write(vv_export_folder *f, const char *name, const void *bytes,
				 size_t len, vv_error *err);

/* Completes the export: writes index.html with this content, moves all files into the folder, and
 * removes the files that only the previous export has. When the call succeeds, the export is
 * durable. If it fails, the folder may have files of both exports. */
vv_status vv_export_folder_finish(vv_export_folder *f, const void *index, size_t len,
				  vv_error *err);

/* Frees the memory, and removes the temporary folder. If vv_export_folder_finish was not called,
 * the folder is unchanged. Accepts NULL. */
void vv_export_folder_close(vv_export_folder *f);
VV_AUTO_FREE(vv_export_folder, vv_export_folder_close)

#endif
