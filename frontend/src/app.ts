/** What every screen loads: htmx, live fragments and small conveniences. Every screen works without it. */
import 'htmx.org'

import { startActs } from './shell/acts'
import { startClocks } from './shell/clocks'
import { startCopying } from './shell/copy'
import { startKeys } from './shell/keys'
import { startLive } from './shell/live'
import { startSearch } from './shell/search'
import { startTheme } from './shell/theme'
import { startToasts } from './shell/toast'

startActs()
startToasts()
startTheme()
startClocks()
startCopying()
startSearch()
startKeys()
startLive()
