/* SPDX-License-Identifier: BSD-2-Clause */
/* designator.h - designators of VPD 83h (SPC-5 7.7.6) and TransportIDs. */
#ifndef TOOL_DESIGNATOR_H
#define TOOL_DESIGNATOR_H

#include "report.h"

/* A list of n bytes of designators, each an object of the open list. */
void designators_report(struct report *r, const uint8_t *p, unsigned n);
/* What a TransportID names, as text. */
const char *transport_id_text(const uint8_t *p, unsigned n, char out[300]);

#endif
