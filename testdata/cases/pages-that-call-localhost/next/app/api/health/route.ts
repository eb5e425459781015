import { url } from '../../../lib/backend'
export const GET = () => fetch(url)
