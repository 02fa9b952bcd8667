/*
 * row_event: prints the change of a row in a commit, for `varve log --row`.
 */
#ifndef VV_CMD_VARVE_PRINT_ROW_EVENT_H
#define VV_CMD_VARVE_PRINT_ROW_EVENT_H

#include <stdbool.h>

#include "base/json/json.h"
#include "lib/view/row_history.h"

/* The payload of vv_row_event_print. */
typedef struct vv_row_event_shown {
	const vv_row_event *event;
	bool spaced; /* after an empty line */
} vv_row_event_shown;

/* The `more` of a vv_commit_view (print/commit.h); payload is a vv_row_event_shown. */
void vv_row_event_print(void *payload, vv_json_out *w);

#endif
