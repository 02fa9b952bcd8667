/*
 * out_format: the format of an output file, by its name: report.json, changes.xlsx.
 *
 *   const vv_out_formats formats = {.command = c, .choices = "csv|json", .instead = "csv"};
 *   vv_out_format_choose(&format, path, &formats);
 */
#ifndef VV_CMD_VARVE_PRINT_OUT_FORMAT_H
#define VV_CMD_VARVE_PRINT_OUT_FORMAT_H

#include "cmd/frame/context.h"

/* The formats that a command writes. */
typedef struct vv_out_formats {
	const vv_context *command;
	const char *choices; /* "csv|json|xlsx" */
	const char *instead; /* the ending of a name to suggest for one that is refused */
} vv_out_formats;
/* Chooses the format of an output file by its name: sets *format, the value of --format, if it is NULL.
 * The name of a document, such as r.xlsx, requires its own format. path may be NULL. Returns an exit
 * code: it reports the usage error of a name whose format the command does not write. */
int vv_out_format_choose(const char **format, const char *path, const vv_out_formats *f);

#endif
