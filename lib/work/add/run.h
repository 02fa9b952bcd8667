/*
 * run: carrying out a plan of add_plan: all of it, or nothing.
 *
 * Datasets are imported, their blocks made durable, .gitattributes written, and then
 * the index, in one step.
 */
#ifndef VV_LIB_WORK_ADD_RUN_H
#define VV_LIB_WORK_ADD_RUN_H

#include "dataset/table/dataset_writer.h"
#include "lib/work/add/plan.h"
#include "lib/work/add/report.h"

/* Runs the plan on the (just read) index and writes it. dry: nothing is changed. s's
 * writer is let go in the end. On failure nothing was staged. */
vv_status vv_add_run(vv_add_report *out, const vv_add_plan *plan, vv_repository *r, vv_index *x,
		     vv_dataset_writer *s, const vv_add_request *req, bool dry, vv_error *err);

#endif
