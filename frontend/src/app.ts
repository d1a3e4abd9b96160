/** What every screen loads: htmx, live fragments and small conveniences. Every screen works without it. */
import 'htmx.org'

import { startClocks } from './shell/clocks'
import { startCopying } from './shell/copy'
import { startKeys } from './shell/keys'
import { startLive } from './shell/live'
import { startSearch } from './shell/search'
import { startTheme } from './shell/theme'
import { startToasts } from './shell/toast'

startToasts()
startTheme()
startClocks()
startCopying()
startSearch()
startKeys()
startLive()
