/*
 * values_part: what stands in a column, as HTML: shares, extremes, the commonest values, a histogram.
 */
#ifndef VV_CMD_WEB_PAGES_VALUES_PART_H
#define VV_CMD_WEB_PAGES_VALUES_PART_H

#include "cmd/web/model/values.h"
#include "cmd/web/pages/page.h"

/* whole: with its histogram, on a page of its own; else for a panel beside others. */
void vv_page_put_values(vv_page *p, const vv_web_table *t, size_t column, const vv_web_values *v,
			bool whole);

#endif
