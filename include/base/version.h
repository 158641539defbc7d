/* What the program calls itself, in requests to clouds, on tags and on screens. */
#ifndef BASE_VERSION_H
#define BASE_VERSION_H

#define PACELINE_VERSION "0.2"

#endif
