import { url } from '../lib/backend'
export const Page = () => fetch(url)
